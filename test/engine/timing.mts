/** Shortens the timing constants of the built package for the tests of one file: compiled constants are plain module properties. */

type Timing = typeof import('../../nodes/shared/http/timing');
type Name = keyof Timing;

const timing = require('../../dist/nodes/shared/http/timing.js') as Record<Name, number>;
const original = { ...timing };

/** Sets a timing constant in ms, until `restoreTiming`. */
export function setTiming(name: Name, ms: number): void {
	timing[name] = ms;
}

export function restoreTiming(): void {
	Object.assign(timing, original);
}
