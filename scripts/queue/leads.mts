import type { Call } from '../../sandbox/journal.mts';
import type { HotProfileService } from '../../sandbox/hotProfile/index.mts';
import type { Rest } from '../n8n/rest.mts';

/** Leads per execution. */
export const ROWS = 40;

/** A lead to create, identified by its email. */
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
 * Stores and publishes a workflow that receives rows by webhook and creates a lead for each.
 * @param continueOnError whether a rejected row leaves the others unaffected
 */
export async function publishWorkflow(rest: Rest, path: string, credential: { id: string; name: string }, continueOnError: boolean): Promise<string> {
	const nodes = [
		{ name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2, parameters: { httpMethod: 'POST', path, options: {} }, webhookId: path },
		{ name: 'Rows', type: 'n8n-nodes-base.splitOut', typeVersion: 1, parameters: { fieldToSplitOut: 'body.rows', options: {} } },
		{
			name: 'Create lead',
			type: 'n8n-nodes-hotprofile-datacake-zen.hotProfile',
			typeVersion: 1,
			credentials: { hotProfileApi: credential },
			...(continueOnError && { onError: 'continueRegularOutput' }),
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

/** Starts one production execution, which goes through the queue to a worker. */
export async function trigger(url: string, path: string, rows: Row[]): Promise<void> {
	const response = await fetch(`${url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ rows }),
	});
	if (!response.ok) throw new Error(`The webhook returned HTTP ${response.status}: ${await response.text()}`);
}

/** An execution as n8n lists it. */
export interface ListedExecution {
	id: string;
	status: string;
}

/** All executions of a workflow. */
export async function executionsOf(rest: Rest, workflowId: string): Promise<ListedExecution[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	return (await rest.call<{ results: ListedExecution[] }>('GET', `/executions?limit=100&filter=${filter}`)).results;
}

/** The leads of one scene as the service saw them. */
export interface LeadCounts {
	/** Emails of the leads that are stored. */
	stored: Set<string>;
	/** Leads that are stored more than once. */
	storedTwice: string[];
	/** Leads that were sent again after the service had stored them. */
	sentTwice: string[];
}

/** Reads what is stored from the service's records, and what was sent from its journal. */
export function countLeads(sandbox: HotProfileService, scene: string): LeadCounts {
	const own = (email: unknown): email is string => String(email).startsWith(`${scene}-`);
	const records = [...sandbox.leads.values()].map(({ email }) => String(email)).filter(own);
	const taken = sandbox.journal.filter(({ refused }) => !refused).map(emailOf).filter(own);
	return { stored: new Set(records), storedTwice: duplicates(records), sentTwice: duplicates(taken) };
}

const emailOf = ({ pairs }: Call) => pairs.find(([name]) => name === 'email')?.[1];

function duplicates(emails: string[]): string[] {
	const seen = new Set<string>();
	return emails.filter((email) => seen.size === seen.add(email).size);
}
