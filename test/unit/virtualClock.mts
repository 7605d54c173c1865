import type { Clock } from '../../nodes/shared/throttle.ts';

/** Time that stands still until all is quiet, then jumps to the next sleeper. */
export class VirtualClock implements Clock {
	private time = 0;
	private sleepers: Array<{ at: number; wake: () => void }> = [];

	now = () => this.time;

	sleep = async (ms: number) =>
		await new Promise<void>((wake) => this.sleepers.push({ at: this.time + Math.max(ms, 0.001), wake }));

	/** Runs until nobody sleeps any more. */
	async drain() {
		for (;;) {
			// All that can go on without time passing does so first.
			await new Promise((quiet) => setImmediate(quiet));
			if (this.sleepers.length === 0) return;
			this.sleepers.sort((a, b) => a.at - b.at);
			const next = this.sleepers.shift() as { at: number; wake: () => void };
			this.time = Math.max(this.time, next.at);
			next.wake();
		}
	}
}
