import type { Clock } from '../../nodes/shared/throttle/clock';

interface Sleeper { at: number; wake: () => void }

/** Time that stands still until all is quiet, then jumps to the next sleeper. */
export class VirtualClock implements Clock {
	/** How many sleepers were woken: what happens in one step happens at once, without any time between. */
	steps = 0;
	private time = 0;
	/** The earliest first; those of one moment in the order in which they lay down. */
	private readonly sleepers: Sleeper[] = [];

	now = () => this.time;

	sleep = async (ms: number) =>
		await new Promise<void>((wake) => {
			const at = this.time + Math.max(ms, 0.001);
			const before = this.sleepers.findLastIndex((sleeper) => sleeper.at <= at);
			this.sleepers.splice(before + 1, 0, { at, wake });
		});

	/**
	 * Runs until nobody sleeps any more.
	 * @throws where somebody still sleeps at the given time
	 */
	async drain(latest = Infinity) {
		for (;;) {
			// All that can go on without time passing does so first.
			await new Promise((quiet) => setImmediate(quiet));
			const next = this.sleepers.shift();
			if (!next) return;
			if (next.at > latest) throw new Error(`somebody still sleeps after ${latest} ms`);
			this.time = next.at;
			this.steps++;
			next.wake();
		}
	}
}
