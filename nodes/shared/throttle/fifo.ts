/** A queue that removes its first entry without moving the others, however many there are. */

/** First in, first out. */
export class Fifo<Entry> {
	/** Places at the front whose entries were removed. */
	private shifted = 0;

	constructor(private readonly entries: Array<Entry | undefined> = []) {}

	get length(): number {
		return this.entries.length - this.shifted;
	}

	/** The entry at an index, the first one at 0. */
	at(index: number): Entry | undefined {
		return this.entries[this.shifted + index];
	}

	push(entry: Entry): void {
		this.entries.push(entry);
	}

	/** Inserts an entry behind the last one that does not come after it. */
	insert(entry: Entry, comesAfter: (other: Entry) => boolean): void {
		let index = this.entries.length;
		// Places from `shifted` on hold entries.
		while (index > this.shifted && comesAfter(this.entries[index - 1] as Entry)) index--;
		this.entries.splice(index, 0, entry);
	}

	/** Removes the first entry. */
	shift(): Entry | undefined {
		const entry = this.at(0);
		if (this.length === 0) return entry;
		this.entries[this.shifted++] = undefined;
		// The others move up only when as many are gone: once each, on average.
		if (this.shifted >= this.length) {
			this.entries.splice(0, this.shifted);
			this.shifted = 0;
		}
		return entry;
	}

	/** All entries in order. */
	toArray(): Entry[] {
		// As in `insert`.
		return this.entries.slice(this.shifted) as Entry[];
	}
}
