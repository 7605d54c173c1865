import type { RateLimit } from '../../nodes/shared/throttle/fairQueue';
import type { Figures } from '../../sandbox/journal.mts';

/** One contestant's result in one scene. */
export interface Row {
	contestant: string;
	/** Whether it is this project's own. */
	own: boolean;
	/** What the scene is decided by, in the scene's unit; the smaller the better. */
	value: number;
	/** What went wrong, in words; whoever has any comes after all that have none. */
	faults: string[];
	/** What else was measured, by the heading of its column. */
	more: Record<string, string | number>;
}

export interface Scene {
	/** The name behind `--scene=`. */
	id: string;
	title: string;
	/** What is done, and with which settings. */
	setting: string;
	/** What the value is. */
	measure: string;
	unit: 's' | 'ms' | 'µs' | 'bytes';
	/** The least value possible, if it can be calculated. */
	best?: number;
	/** The ratios that the own contestant has to reach: to the least value possible, and to each other contestant. */
	goals?: { toBest: number; toOthers: number };
	rows: Row[];
	/** Why the own contestant stands where it stands: for the first place and for any other one. */
	why: { first: string; otherwise: string };
}

/** Values closer than this count as level: two runs of the same contestant differ by more. */
const LEVEL = 1.02;

/** Who is ahead of a contestant: those without faults come first, then the smaller value. Two rows of this project do not race each other. */
export function aheadOf(row: Row, { rows }: Scene): Row[] {
	return rows.filter((other) => {
		if (other.own && row.own) return false;
		if ((other.faults.length === 0) !== (row.faults.length === 0)) return other.faults.length === 0;
		return other.value * LEVEL < row.value;
	});
}

export const placeOf = (row: Row, scene: Scene): number => 1 + aheadOf(row, scene).length;

/** The contestants from the first place to the last. */
export function ranked(scene: Scene): Row[] {
	return [...scene.rows].sort((one, other) => placeOf(one, scene) - placeOf(other, scene) || one.value - other.value);
}

export const ownRow = ({ rows }: Scene): Row => rows.find(({ own }) => own)!;

/**
 * The least time in ms that so many calls can take, from the first start to the last answer, whatever sends them.
 *
 * Of the calls, the last one may only arrive when as many full windows have passed as the calls before it fill. And
 * with so many at once, each place works off its share one call after the other.
 * @param callMs how long a call takes on average, from its start to its answer
 */
export function leastMs(calls: number, { maxCalls: inWindow, windowMs, maxConcurrent }: RateLimit, callMs: number): number {
	const byWindow = Math.floor((calls - 1) / inWindow) * windowMs + callMs;
	const byPlaces = (calls / maxConcurrent) * callMs;
	return Math.max(byWindow, byPlaces);
}

export const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** What the service saw in several rounds: times and refusals of the middle one, the worst of all others. */
export function overall(rounds: Figures[]): Pick<Figures, 'calls' | 'refused' | 'worstWindow' | 'worstAtOnce'> {
	return {
		calls: median(rounds.map(({ calls }) => calls)),
		refused: median(rounds.map(({ refused }) => refused)),
		worstWindow: Math.max(...rounds.map(({ worstWindow }) => worstWindow)),
		worstAtOnce: Math.max(...rounds.map(({ worstAtOnce }) => worstAtOnce)),
	};
}

/** "3 refused", where there are any. */
export const counted = (count: number, what: string): string[] => (count > 0 ? [`${shown(count)} ${what}`] : []);

/** A number with three digits that mean something. */
export function shown(value: number): string {
	const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
	return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** How many times as much. */
export const times = (value: number, of: number): string => `${(value / of).toFixed(2)}×`;
