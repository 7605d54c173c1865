/** What a service takes from one account. */
export interface LimitSettings {
	/** Most calls in any window. */
	maxCalls: number;
	/** Length of the sliding window in milliseconds. */
	windowMs: number;
	/** Most calls that run at the same time. */
	maxConcurrent: number;
}

/** Why a call was refused, and how long until the same call would be taken. */
export interface Refusal {
	why: 'calls' | 'atOnce';
	waitMs: number;
}

interface Account {
	/** Arrivals that still count. */
	times: number[];
	running: number;
}

/** Counts the calls of each account in a sliding window, and those that run at once. */
export class Limit {
	/** `null` takes every call. */
	settings: LimitSettings | null;
	/** Whether a refused call uses up a place in the window as well. */
	countRefused: boolean;
	private readonly accounts = new Map<string, Account>();

	constructor(settings: LimitSettings | null, countRefused: boolean) {
		this.settings = settings;
		this.countRefused = countRefused;
	}

	/**
	 * A call arrives. One that is not refused has to `leave` later.
	 * @param at the arrival, as given by `performance.now()`
	 * @param settings what holds for this account, where accounts differ
	 */
	enter(key: string, at: number, settings = this.settings): Refusal | undefined {
		const account = this.account(key);
		const refusal = settings && refuse(account, settings, at);
		if (settings && (!refusal || this.countRefused)) account.times.push(at);
		if (refusal) return refusal;
		account.running += 1;
		return undefined;
	}

	/** A call that was taken has been answered or has lost its connection. */
	leave(key: string): void {
		this.account(key).running -= 1;
	}

	private account(key: string): Account {
		let account = this.accounts.get(key);
		if (!account) this.accounts.set(key, (account = { times: [], running: 0 }));
		return account;
	}
}

function refuse(account: Account, { maxCalls, windowMs, maxConcurrent }: LimitSettings, at: number): Refusal | undefined {
	const { times } = account;
	while (times.length > 0 && times[0] <= at - windowMs) times.shift();
	// Where no call is allowed at all there is no earlier one to wait for.
	if (times.length >= maxCalls) return { why: 'calls', waitMs: (times[times.length - maxCalls] ?? at) + windowMs - at };
	// Nobody knows when a running call ends, so a second is only a fair guess.
	if (account.running >= maxConcurrent) return { why: 'atOnce', waitMs: 1000 };
	return undefined;
}
