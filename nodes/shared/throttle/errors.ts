/** The errors with which a queued call ends without having started. */

/** The execution was canceled while its call was queued. */
export class CanceledError extends Error {}

/** The call would have to wait longer than its `timeoutMs`, or sit out a pause longer than its `maxPauseMs`. */
export class AcquireTimeoutError extends Error {
	constructor(
		/** Time in ms until the call could start; Infinity if the service named no end of its pause. */
		readonly waitMs: number,
	) {
		super('The call cannot start in time');
	}
}
