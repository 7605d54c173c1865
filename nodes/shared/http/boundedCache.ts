/** A cache that is bounded in size and in time. */

interface Entry<Value> {
	value: Value;
	expiresAt: number;
}

export interface CacheOptions {
	/** The oldest entries beyond this number are forgotten. */
	maxEntries: number;
	/** Time in ms after which an entry is forgotten. */
	maxAgeMs: number;
}

/**
 * Keeps values for a while, and only so many.
 * @example
 * const urls = new BoundedCache<string, URL>({ maxEntries: 100, maxAgeMs: 600_000 });
 * urls.set('example.com', url);
 */
export class BoundedCache<Key, Value> {
	/** The oldest first. */
	private readonly entries = new Map<Key, Entry<Value>>();

	constructor(private readonly options: CacheOptions) {}

	get size(): number {
		return this.entries.size;
	}

	get(key: Key): Value | undefined {
		const entry = this.entries.get(key);
		if (!entry) return undefined;
		if (entry.expiresAt > performance.now()) return entry.value;
		this.entries.delete(key);
		return undefined;
	}

	/**
	 * Keeps a value as the newest one, and forgets what has expired or is too much.
	 * @param maxAgeMs time in ms after which it is forgotten, if not the cache's own
	 */
	set(key: Key, value: Value, maxAgeMs = this.options.maxAgeMs): void {
		const now = performance.now();
		this.entries.delete(key);
		for (const [other, { expiresAt }] of this.entries) {
			if (expiresAt <= now || this.entries.size >= this.options.maxEntries) this.entries.delete(other);
		}
		this.entries.set(key, { value, expiresAt: now + maxAgeMs });
	}

	/** Forgets a key, or only a certain value of it. */
	delete(key: Key, value?: Value): void {
		if (value === undefined || this.entries.get(key)?.value === value) this.entries.delete(key);
	}
}
