/** The slots of one account: which are in use, and when the others free. */

import { Fifo } from './fifo';

/** A slot whose call has ended. */
interface Slot {
	freeAt: number;
	refused: boolean;
}

/** A slot is in use while its call runs, then cools until no window can hold that call any more. */
export class Slots {
	/** Calls that run. */
	running = 0;
	/** Earliest first. */
	private readonly cooling = new Fifo<Slot>();

	/** Slots that are in use or cooling. */
	get held(): number {
		return this.running + this.cooling.length;
	}

	/**
	 * Ends a call.
	 * @param freeAt when its slot may be used again
	 * @param refused whether the service refused the call as too many
	 */
	release(freeAt: number, refused: boolean): void {
		this.running--;
		this.cooling.insert({ freeAt, refused }, (slot) => slot.freeAt > freeAt);
	}

	dropFreed(now: number): void {
		for (let first = this.cooling.at(0); first && first.freeAt <= now; first = this.cooling.at(0)) this.cooling.shift();
	}

	/** When the cooling slot at an index frees, the earliest at 0; undefined if fewer are cooling. */
	freeAt(index: number): number | undefined {
		return this.cooling.at(index)?.freeAt;
	}

	/** When the cooling slots of accepted calls free, earliest first. */
	acceptedFreeAt(): number[] {
		return this.cooling.toArray().filter(({ refused }) => !refused).map(({ freeAt }) => freeAt);
	}
}
