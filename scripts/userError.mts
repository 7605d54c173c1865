/** Something the person at the terminal can put right: its message is a whole sentence that says how, shown without a stack. */
export class Problem extends Error {}
