/** The hints in the editor that say how long a run of each report may wait. */

import type { NodeHint } from 'n8n-workflow';

import { formatDuration, formatInterval } from '../shared/http/format';
import { reports } from './resources';

/** An expression in "When Too Soon" cannot be evaluated before there is an input. */
const MAY_WAIT = '(() => { try { return $parameter["whenTooSoon"] !== "stop" } catch { return true } })()';

/** One for each report. It is shown after a run too, since the next run is the one that waits. */
export const waitHints: NodeHint[] = reports.map(({ name, wait, cost }): NodeHint => ({
	message: [
		`CRM Zen allows one request every ${formatInterval(wait * 1000)} for this report, including credential tests`,
		cost,
		`The node waits up to 'Maximum Wait (Minutes)', and does not request a past day twice in ${formatDuration(wait * 1000)}`,
	].filter(Boolean).map((sentence) => `${sentence}.`).join(' '),
	displayCondition: `={{ $parameter["resource"] === "${name}" && ${MAY_WAIT} }}`,
	whenToDisplay: 'always',
	location: 'outputPane',
}));
