import type { Params } from './parseRequest.mts';

/** One call as the service saw it. The key itself is never in it. */
export interface Call {
	index: number;
	/** Arrival, as given by `performance.now()`. */
	at: number;
	/** When the answer was out or the connection was gone; missing while the call runs. */
	endedAt?: number;
	path: string;
	method: string;
	contentType: string;
	keyIn: 'body' | 'url' | 'header' | 'none';
	keyRight: boolean;
	/** Every parameter in the order and under the exact name in which it was sent. */
	pairs: [string, string][];
	/** Parameters of the address, nested. */
	query: Params;
	/** Parameters of the body, nested. */
	body: Params;
	/** Status of the answer, 0 where none was sent. */
	status: number;
	/** Whether the service's limit refused the call; a fault that says "too many" is under `fault`. */
	refused: boolean;
	/** In plain English, what was wrong with the call. */
	reason?: string;
	/** Id of the record that the call wrote. */
	stored?: number;
	/** Effect of the fault that this call met. */
	fault?: string;
}

export interface Figures {
	calls: number;
	/** Calls that the limit refused. */
	refused: number;
	/** Most arrivals in any window, refused calls included. */
	worstWindow: number;
	/** Most arrivals in any window among the calls that were taken. */
	worstWindowTaken: number;
	/** Most calls that ran at the same time, refused calls included. */
	worstAtOnce: number;
	/** From the first arrival to the last. */
	spanMs: number;
}

/** What the calls amount to, seen from the service. */
export function figuresOf(journal: readonly Call[], windowMs: number): Figures {
	const arrivals = sorted(journal.map((call) => call.at));
	const taken = sorted(journal.filter((call) => !call.refused).map((call) => call.at));
	return {
		calls: journal.length,
		refused: journal.length - taken.length,
		worstWindow: worstWindow(arrivals, windowMs),
		worstWindowTaken: worstWindow(taken, windowMs),
		worstAtOnce: worstAtOnce(journal),
		spanMs: arrivals.length > 0 ? arrivals[arrivals.length - 1] - arrivals[0] : 0,
	};
}

const sorted = (times: number[]) => times.sort((one, other) => one - other);

/** Most of the sorted times that lie less than `windowMs` apart. */
function worstWindow(times: number[], windowMs: number): number {
	let worst = 0;
	let first = 0;
	for (let last = 0; last < times.length; last += 1) {
		while (times[last] - times[first] >= windowMs) first += 1;
		worst = Math.max(worst, last - first + 1);
	}
	return worst;
}

function worstAtOnce(journal: readonly Call[]): number {
	const starts = sorted(journal.map((call) => call.at));
	const ends = sorted(journal.map((call) => call.endedAt ?? Infinity));
	let worst = 0;
	let ended = 0;
	starts.forEach((start, started) => {
		while (ends[ended] <= start) ended += 1;
		worst = Math.max(worst, started + 1 - ended);
	});
	return worst;
}
