/** A seeded pseudo-random number generator: every run gets the same numbers. */
export class Random {
	private state: number;

	constructor(seed: number) {
		this.state = seed >>> 0;
	}

	/** A number from 0 up to but not including 1 (mulberry32). */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = this.state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	/** A whole number from `min` to `max`, both included. */
	whole(min: number, max: number): number {
		return min + Math.floor(this.next() * (max - min + 1));
	}

	/** True with a probability in percent. */
	percent(share: number): boolean {
		return this.next() * 100 < share;
	}

	/** A random element of a list. */
	pick<Item>(list: readonly Item[]): Item {
		return list[this.whole(0, list.length - 1)];
	}

	/** Up to `max` distinct elements of a list, in the list's order. */
	some<Item>(list: readonly Item[], max: number): Item[] {
		const selected = new Set(Array.from({ length: this.whole(0, max) }, () => this.pick(list)));
		return list.filter((item) => selected.has(item));
	}
}
