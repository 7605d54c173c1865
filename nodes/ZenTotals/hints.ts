/** The hints in the editor that say how long a run of each report may wait. */

import type { NodeHint } from 'n8n-workflow';

import { formatDuration } from '../shared/http/format';
import { reports } from './resources';

/** An expression in "When Too Soon" cannot be evaluated before there is an input. */
const MAY_WAIT = '(() => { try { return $parameter["whenTooSoon"] !== "stop" } catch { return true } })()';

/** One for each report. It is shown after a run too, since the next run is the one that waits. */
export const waitHints: NodeHint[] = reports.map(({ name, wait, cost }): NodeHint => ({
	message: [
		`CRM Zen allows one request for this report in ${formatDuration(wait * 1000)}, including credential tests`,
		cost,
		"The node waits up to its 'Maximum Wait'; it does not request a day that has ended twice within that time",
	].filter(Boolean).map((sentence) => `${sentence}.`).join(' '),
	displayCondition: `={{ $parameter["resource"] === "${name}" && ${MAY_WAIT} }}`,
	whenToDisplay: 'always',
	location: 'outputPane',
}));
