import type { Params } from './parseRequest.mts';

/** One call as the service saw it, without the key. */
export interface Call {
	index: number;
	/** Arrival, as given by `performance.now()`. */
	at: number;
	/** When the response was sent or the connection closed; undefined while the call is in progress. */
	endedAt?: number;
	path: string;
	method: string;
	contentType: string;
	keyIn: 'body' | 'url' | 'header' | 'none';
	keyRight: boolean;
	/** Every parameter under its exact name, in the order sent. */
	pairs: [string, string][];
	/** Query parameters, nested. */
	query: Params;
	/** Body parameters, nested. */
	body: Params;
	/** Response status, 0 if none was sent. */
	status: number;
	/** Whether the service's limit refused the call; simulated refusals are in `fault`. */
	refused: boolean;
	/** What was wrong with the call, in plain English. */
	reason?: string;
	/** Id of the record that the call created or changed. */
	stored?: number;
	/** The fault that was injected into this call. */
	fault?: string;
}

export interface Figures {
	calls: number;
	/** Calls that the limit refused. */
	refused: number;
	/** Maximum arrivals in any window, including refused calls. */
	worstWindow: number;
	/** Maximum arrivals of accepted calls in any window. */
	worstWindowTaken: number;
	/** Maximum calls in progress at the same time, including refused calls. */
	worstAtOnce: number;
	/** From the first arrival to the last. */
	spanMs: number;
}

/** Summarizes the calls as the service saw them. */
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

/** Maximum number of the sorted times that lie within one window. */
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
