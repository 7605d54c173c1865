import type { RateLimit } from '../../nodes/shared/throttle/options';
import type { Figures } from '../../sandbox/journal.mts';

/** One contestant's result in one scene. */
export interface Row {
	contestant: string;
	/** Whether it is this package. */
	own: boolean;
	/** The deciding value in the scene's unit; smaller is better. */
	value: number;
	/** What went wrong, as text; contestants with faults rank after all others. */
	faults: string[];
	/** Other measurements, by column heading. */
	more: Record<string, string | number>;
}

export interface Scene {
	/** The name behind `--scene=`. */
	id: string;
	title: string;
	/** The task and its settings. */
	setting: string;
	/** What the value measures. */
	measure: string;
	unit: 's' | 'ms' | 'µs' | 'bytes';
	/** The theoretical minimum, if it can be calculated. */
	best?: number;
	/** Maximum ratios for this package: to the theoretical minimum, and to each other contestant. */
	goals?: { toBest: number; toOthers: number };
	rows: Row[];
	/** Why this package has its place: if it is first, and if it is not. */
	why: { first: string; otherwise: string };
}

/** Values closer than this count as equal: two runs of the same contestant differ by more. */
const LEVEL = 1.02;

/** The contestants ahead of one: those without faults first, then by value. Two rows of this package do not compete with each other. */
export function aheadOf(row: Row, { rows }: Scene): Row[] {
	return rows.filter((other) => {
		if (other.own && row.own) return false;
		if ((other.faults.length === 0) !== (row.faults.length === 0)) return other.faults.length === 0;
		return other.value * LEVEL < row.value;
	});
}

export const placeOf = (row: Row, scene: Scene): number => 1 + aheadOf(row, scene).length;

/** The contestants in the order of their places. */
export function ranked(scene: Scene): Row[] {
	return [...scene.rows].sort((one, other) => placeOf(one, scene) - placeOf(other, scene) || one.value - other.value);
}

export const ownRow = ({ rows }: Scene): Row => rows.find(({ own }) => own)!;

/**
 * The theoretical minimum in ms for a number of calls, from the first start to the last response.
 *
 * The last call can arrive only after as many full windows as the calls before it fill. And each concurrent slot makes
 * its share of the calls one after the other.
 * @param callMs average time of a call from start to response
 */
export function leastMs(calls: number, { maxCalls: inWindow, windowMs, maxConcurrent }: RateLimit, callMs: number): number {
	const byWindow = Math.floor((calls - 1) / inWindow) * windowMs + callMs;
	const bySlots = (calls / maxConcurrent) * callMs;
	return Math.max(byWindow, bySlots);
}

export const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** What the service saw in several rounds: medians of calls and refusals, and the worst of everything else. */
export function summarize(rounds: Figures[]): Pick<Figures, 'calls' | 'refused' | 'worstWindow' | 'worstAtOnce'> {
	return {
		calls: median(rounds.map(({ calls }) => calls)),
		refused: median(rounds.map(({ refused }) => refused)),
		worstWindow: Math.max(...rounds.map(({ worstWindow }) => worstWindow)),
		worstAtOnce: Math.max(...rounds.map(({ worstAtOnce }) => worstAtOnce)),
	};
}

/** "3 refused", if there are any. */
export const countOf = (count: number, what: string): string[] => (count > 0 ? [`${formatNumber(count)} ${what}`] : []);

/** A number with three significant digits. */
export function formatNumber(value: number): string {
	const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
	return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A ratio like "1.25×". */
export const ratio = (value: number, of: number): string => `${(value / of).toFixed(2)}×`;
