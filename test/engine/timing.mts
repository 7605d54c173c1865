/** Shortens the times of the built package for the tests of a file: compiled constants are plain properties of their module. */

type Timing = typeof import('../../nodes/shared/http/timing');
type Name = keyof Timing;

const timing = require('../../dist/nodes/shared/http/timing.js') as Record<Name, number>;
const original = { ...timing };

/** Gives a time another length in ms, until `restoreTiming`. */
export function setTiming(name: Name, ms: number): void {
	timing[name] = ms;
}

export function restoreTiming(): void {
	Object.assign(timing, original);
}
