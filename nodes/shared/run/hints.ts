/** Hints before a run: how long many items take at the default rate limit. */

import type { NodeHint } from 'n8n-workflow';

import { requestsPerMinute } from '../http/credentials';
import { formatDuration } from '../http/format';

const PER_MINUTE = Number(requestsPerMinute.default);
/** Item counts from which a hint is shown. The text of a hint is fixed, so each range has its own. */
const STEPS = [1, 2, 5, 10, 20, 60].map((minutes) => minutes * PER_MINUTE);

export const durationHints: NodeHint[] = STEPS.map((above, index): NodeHint => {
	const upTo = STEPS[index + 1];
	const durationOf = (items: number) => formatDuration((Math.ceil(items / PER_MINUTE) - 1) * 60_000);
	const duration = upTo === undefined
		? `${durationOf(above + 1)} for every ${above.toLocaleString('en')}`
		: [...new Set([durationOf(above + 1), durationOf(upTo)])].join(' to ').replace(' min to ', ' to ');
	return {
		message: `More than ${above.toLocaleString('en')} items take about ${duration} at the default limit of ${PER_MINUTE} requests per minute. The node waits automatically, and no items are lost.`,
		displayCondition: `={{ $input.all().length > ${above}${upTo === undefined ? '' : ` && $input.all().length <= ${upTo}`} }}`,
		whenToDisplay: 'beforeExecution',
		location: 'outputPane',
	};
});
