/** Hints before a run: how long many items take at the default rate limit. */

import type { NodeHint } from 'n8n-workflow';

import { DEFAULT_LIMITS } from '../http/credentials';
import { formatDuration } from '../http/format';

/** How long a run takes from which a hint is shown. The text of a hint is fixed, so each range has its own. */
const STEPS_IN_MINUTES = [1, 2, 5, 10, 20, 60];

export function durationHints({ maxCalls, interval } = DEFAULT_LIMITS): NodeHint[] {
	const perMinute = interval === 'minute' ? 1 : 60;
	const steps = STEPS_IN_MINUTES.map((minutes) => minutes * perMinute * maxCalls);
	const durationOf = (items: number) => formatDuration(Math.ceil((Math.ceil(items / maxCalls) - 1) / perMinute) * 60_000);
	return steps.map((above, index): NodeHint => {
		const upTo = steps[index + 1];
		const duration = upTo === undefined
			? `${durationOf(above + 1)} for every ${above.toLocaleString('en')}`
			: [...new Set([durationOf(above + 1), durationOf(upTo)])].join(' to ').replace(' min to ', ' to ');
		return {
			message: `More than ${above.toLocaleString('en')} items take about ${duration} at the default limit of ${maxCalls} requests per ${interval}. The node waits automatically, and no items are lost.`,
			displayCondition: `={{ $input.all().length > ${above}${upTo === undefined ? '' : ` && $input.all().length <= ${upTo}`} }}`,
			whenToDisplay: 'beforeExecution',
			location: 'outputPane',
		};
	});
}
