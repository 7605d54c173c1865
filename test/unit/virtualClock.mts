import type { Clock } from '../../nodes/shared/throttle/clock';

interface Timer { at: number; wake: () => void }

/** Virtual time: stands still while anything can run, then jumps to the next timer. */
export class VirtualClock implements Clock {
	/** Number of timers that have fired. Everything within one step happens at the same moment. */
	steps = 0;
	private time = 0;
	/** Sorted by time; those of the same moment in the order in which they were set. */
	private readonly timers: Timer[] = [];

	now = () => this.time;

	sleep = async (ms: number) =>
		await new Promise<void>((wake) => {
			const at = this.time + Math.max(ms, 0.001);
			const before = this.timers.findLastIndex((timer) => timer.at <= at);
			this.timers.splice(before + 1, 0, { at, wake });
		});

	/**
	 * Runs until no timer is left.
	 * @throws if a timer is set for later than `latest`, in ms
	 */
	async drain(latest = Infinity) {
		for (;;) {
			// First run everything that needs no time to pass.
			await new Promise((resolve) => setImmediate(resolve));
			const next = this.timers.shift();
			if (!next) return;
			if (next.at > latest) throw new Error(`A timer is still set after ${latest} ms`);
			this.time = next.at;
			this.steps++;
			next.wake();
		}
	}
}
