/** A list that gives away its first entry without moving the others, however many they are. */
export class Fifo<Entry> {
	/** Places at the front that are given away. */
	private gone = 0;

	constructor(private readonly entries: Array<Entry | undefined> = []) {}

	get length(): number {
		return this.entries.length - this.gone;
	}

	/** The entry at a place, the first one at 0. */
	at(place: number): Entry | undefined {
		return this.entries[this.gone + place];
	}

	push(entry: Entry): void {
		this.entries.push(entry);
	}

	/** Puts an entry behind the last one that does not come after it. */
	insert(entry: Entry, comesAfter: (other: Entry) => boolean): void {
		let place = this.entries.length;
		while (place > this.gone && comesAfter(this.entries[place - 1] as Entry)) place--;
		this.entries.splice(place, 0, entry);
	}

	/** Takes the first entry out. */
	shift(): Entry | undefined {
		const entry = this.at(0);
		if (this.length === 0) return entry;
		this.entries[this.gone++] = undefined;
		// The others move up only when as many are gone: once each, on average.
		if (this.gone >= this.length) {
			this.entries.splice(0, this.gone);
			this.gone = 0;
		}
		return entry;
	}

	/** All entries in their order. */
	toArray(): Entry[] {
		return this.entries.slice(this.gone) as Entry[];
	}
}
