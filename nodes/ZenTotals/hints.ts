import type { NodeHint } from 'n8n-workflow';

import { formatDuration } from '../shared/http/format';
import { reports } from './connection';

/** What the user reads at the node, so that no run that waits is a bare spinner. */

const MORE: Record<string, string> = {
	totals: ' Each day is one request: 7 days take half an hour, 30 days two and a half hours.',
	leadsByUser: ' 50 leads are one request: 1,000 leads take about 20 minutes.',
	leadFile: ' Each day is one request: 7 days take half an hour, 30 days two and a half hours.',
};

/** An expression in "When Too Soon" cannot be read before there is an input. */
const MAY_WAIT = '(() => { try { return $parameter["whenTooSoon"] !== "stop" } catch { return true } })()';

/**
 * One hint for each report. It stays where the node has run, since it is the next run that waits; it looks at
 * no input, which the editor may not have.
 */
export const waitHints: NodeHint[] = reports.map(({ name, wait }): NodeHint => ({
	message:
		`CRM Zen answers one request for this report in ${formatDuration(wait * 1000)}, the test of the credential included.${MORE[name] ?? ''} ` +
		"Until then the node waits, up to its 'Maximum Wait'; a day that is over is not asked for again within that time.",
	displayCondition: `={{ $parameter["resource"] === "${name}" && ${MAY_WAIT} }}`,
	whenToDisplay: 'always',
	location: 'outputPane',
}));
