/** The limits of one account. */
export interface LimitSettings {
	/** Maximum calls in any window. */
	maxCalls: number;
	/** Length of the sliding window in milliseconds. */
	windowMs: number;
	/** Maximum calls in progress at the same time. */
	maxConcurrent: number;
}

/** Why a call was refused, and how long until it would be accepted. */
export interface Refusal {
	cause: 'calls' | 'atOnce';
	waitMs: number;
}

interface Account {
	/** Arrivals within the current window. */
	times: number[];
	running: number;
}

/** Limits each account's calls in a sliding window and its concurrent calls. */
export class RateLimiter {
	/** `null` accepts every call. */
	settings: LimitSettings | null;
	/** Whether a refused call counts toward the window too. */
	countRefused: boolean;
	private readonly accounts = new Map<string, Account>();

	constructor(settings: LimitSettings | null, countRefused: boolean) {
		this.settings = settings;
		this.countRefused = countRefused;
	}

	/**
	 * Registers a call. If it is not refused, `release` must be called when it ends.
	 * @param at the arrival, as given by `performance.now()`
	 * @param settings the account's limits, if accounts differ
	 */
	admit(key: string, at: number, settings = this.settings): Refusal | undefined {
		const account = this.account(key);
		const refusal = settings && checkLimits(account, settings, at);
		if (settings && (!refusal || this.countRefused)) account.times.push(at);
		if (refusal) return refusal;
		account.running += 1;
		return undefined;
	}

	/** An accepted call has been answered or has lost its connection. */
	release(key: string): void {
		this.account(key).running -= 1;
	}

	private account(key: string): Account {
		let account = this.accounts.get(key);
		if (!account) this.accounts.set(key, (account = { times: [], running: 0 }));
		return account;
	}
}

function checkLimits(account: Account, { maxCalls, windowMs, maxConcurrent }: LimitSettings, at: number): Refusal | undefined {
	const { times } = account;
	while (times.length > 0 && times[0] <= at - windowMs) times.shift();
	// If no call is allowed at all, there is no earlier one to wait for.
	if (times.length >= maxCalls) return { cause: 'calls', waitMs: (times[times.length - maxCalls] ?? at) + windowMs - at };
	// When a running call ends is unknown; one second is a reasonable guess.
	if (account.running >= maxConcurrent) return { cause: 'atOnce', waitMs: 1000 };
	return undefined;
}
