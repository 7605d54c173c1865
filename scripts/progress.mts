/** How often the same progress line is repeated in a log, in ms. */
const QUIET_INTERVAL = 20_000;

/** Shows progress: as one changing line in a terminal, as few lines in a log. */
export function progress(): { step: (line: string) => void; done: () => void } {
	let last = { activity: '', at: 0 };
	const terminal = process.stdout.isTTY;
	return {
		step: (line) => {
			if (terminal) {
				// A wrapped line cannot be overwritten.
				process.stdout.write(`\r\x1b[K${line.slice(0, process.stdout.columns - 1)}`);
				return;
			}
			// "Installing n8n: 1.2 GB" and "Installing n8n: 1.3 GB" are one activity.
			const activity = line.split(':')[0];
			if (activity === last.activity && Date.now() - last.at < QUIET_INTERVAL) return;
			last = { activity, at: Date.now() };
			console.log(line);
		},
		done: () => {
			if (terminal) process.stdout.write('\r\x1b[K');
		},
	};
}
