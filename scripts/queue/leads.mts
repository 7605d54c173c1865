import type { Call } from '../../sandbox/journal.mts';
import type { HotProfileService } from '../../sandbox/hotProfile/index.mts';
import type { Rest } from '../n8n/rest.mts';

/** Leads of one execution. */
export const ROWS = 40;

/** A lead that is to be created; its email tells it from all others. */
interface Row {
	clientId: number;
	name: string;
	email: string;
}

/** The rows of one execution. */
export function rowsOf(scene: string, batch: number, clientId: number): Row[] {
	return Array.from({ length: ROWS }, (_, index) => {
		const number = batch * ROWS + index + 1;
		return { clientId, name: `試験${number}`, email: `${scene}-${number}@example.jp` };
	});
}

/**
 * A workflow that takes its rows by webhook and creates a lead of each, stored and published.
 * @param goesOn whether a row that the service does not take leaves the others alone
 */
export async function publishWorkflow(rest: Rest, path: string, credential: { id: string; name: string }, goesOn: boolean): Promise<string> {
	const nodes = [
		{ name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2, parameters: { httpMethod: 'POST', path, options: {} }, webhookId: path },
		{ name: 'Rows', type: 'n8n-nodes-base.splitOut', typeVersion: 1, parameters: { fieldToSplitOut: 'body.rows', options: {} } },
		{
			name: 'Create lead',
			type: 'n8n-nodes-hotprofile-datacake-zen.hotProfile',
			typeVersion: 1,
			credentials: { hotProfileApi: credential },
			...(goesOn && { onError: 'continueRegularOutput' }),
			parameters: {
				resource: 'lead',
				operation: 'create',
				clientId: { __rl: true, mode: 'id', value: '={{ $json.clientId }}' },
				familyName: '={{ $json.name }}',
				additionalFields: { email: '={{ $json.email }}' },
			},
		},
	].map((node, index) => ({ id: String(index), position: [index * 224, 0], ...node }));
	const link = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	const workflow = { name: path, nodes, connections: { Webhook: link('Rows'), Rows: link('Create lead') }, settings: { executionOrder: 'v1' } };
	const { id, versionId } = await rest.call<{ id: string; versionId: string }>('POST', '/workflows', workflow);
	await rest.call('POST', `/workflows/${id}/activate`, { versionId });
	return id;
}

/** Starts one execution in production: it goes through the queue to a worker. */
export async function trigger(url: string, path: string, rows: Row[]): Promise<void> {
	const answer = await fetch(`${url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ rows }),
	});
	if (!answer.ok) throw new Error(`The webhook answered HTTP ${answer.status}: ${await answer.text()}`);
}

/** An execution as n8n lists it. */
export interface Listed {
	id: string;
	status: string;
}

/** All executions of a workflow. */
export async function executionsOf(rest: Rest, workflowId: string): Promise<Listed[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	return (await rest.call<{ results: Listed[] }>('GET', `/executions?limit=100&filter=${filter}`)).results;
}

/** What became of the leads of one scene, as the service saw it. */
export interface Tally {
	/** Emails of the leads that are stored. */
	stored: Set<string>;
	/** Leads of which more than one record is stored. */
	storedTwice: string[];
	/** Leads that were sent again after the service had taken them. */
	sentTwice: string[];
}

/** Looks into the service's records for what is stored, and into its journal for what was sent. */
export function tally(sandbox: HotProfileService, scene: string): Tally {
	const own = (email: unknown): email is string => String(email).startsWith(`${scene}-`);
	const records = [...sandbox.leads.values()].map(({ email }) => String(email)).filter(own);
	const taken = sandbox.journal.filter(({ refused }) => !refused).map(emailOf).filter(own);
	return { stored: new Set(records), storedTwice: repeated(records), sentTwice: repeated(taken) };
}

const emailOf = ({ pairs }: Call) => pairs.find(([name]) => name === 'email')?.[1];

function repeated(emails: string[]): string[] {
	const seen = new Set<string>();
	return emails.filter((email) => seen.size === seen.add(email).size);
}
