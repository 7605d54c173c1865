import type { NodeHint } from 'n8n-workflow';

import { requestsPerMinute } from '../http/credentials';
import { formatDuration } from '../http/format';

/** What the user reads at a node before a run. */

const PER_MINUTE = Number(requestsPerMinute.default);
/** A hint's text is fixed, so each step of item counts has its own. */
const STEPS = [1, 2, 5, 10, 20, 60].map((minutes) => minutes * PER_MINUTE);

/** How long a run with many items takes, at the usual limit of a new credential. */
export const durationHints: NodeHint[] = STEPS.map((above, index): NodeHint => {
	const most: number | undefined = STEPS[index + 1];
	const takes = (items: number) => formatDuration((Math.ceil(items / PER_MINUTE) - 1) * 60_000);
	const time = most === undefined
		? `${takes(above + 1)} for every ${above.toLocaleString('en')}`
		: [...new Set([takes(above + 1), takes(most)])].join(' to ');
	return {
		message: `More than ${above.toLocaleString('en')} items: at the usual ${PER_MINUTE} calls a minute they take about ${time}. The node waits by itself, and nothing gets lost.`,
		displayCondition: `={{ $input.all().length > ${above}${most === undefined ? '' : ` && $input.all().length <= ${most}`} }}`,
		whenToDisplay: 'beforeExecution',
		location: 'outputPane',
	};
});
