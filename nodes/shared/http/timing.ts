/** The times in ms that hold for all services. */

/** The window in which Requests per Minute are counted. */
export const WINDOW_MS = 60_000;
/** How long a request that n8n sends itself is assumed to last, since its end cannot be seen. */
export const UNSEEN_CALL_MS = 30_000;
/** Timeout of a request that sets none: n8n's own default. */
export const DEFAULT_TIMEOUT_MS = 300_000;
/** Timeout of a request that a person waits for at the screen. */
export const INTERACTIVE_TIMEOUT_MS = 60_000;
/** Longest pause, and longest time of refusals, that a person at the screen waits for. */
export const MAX_INTERACTIVE_PAUSE_MS = 10_000;
