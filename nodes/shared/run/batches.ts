/** Starts items in batches, with a pause between two batches. */

/**
 * Creates a function that resolves when the item with an index may start.
 * @param size items per batch
 * @param pause awaited once between two batches
 */
export function startInBatches(size: number, pause: () => Promise<void>): (index: number) => Promise<void> {
	/** When each batch may start; batches are added as they are asked for. */
	const starts: Array<Promise<void>> = [];
	let latest = Promise.resolve();
	return async (index) => {
		const batch = Math.floor(index / size);
		while (starts.length <= batch) {
			if (starts.length > 0) latest = latest.then(pause);
			starts.push(latest);
		}
		await starts[batch];
	};
}
