/** An error that the user can fix: its message says how and is shown without a stack trace. */
export class UserError extends Error {}
