import { SANDBOX_KEY } from '../../../scripts/sandboxes.mts';

/** The workflows of the contestants, as n8n stores them. */

export type Node = Record<string, unknown> & { type: string };

/** The HTTP Request node's own settings for rate limits. */
export interface Batching {
	batchSize: number;
	/** ms between the starts of two batches. */
	batchInterval: number;
}

const HTTP = { type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2 };
const OWN = { type: 'n8n-nodes-hotprofile-datacake-zen.hotProfile', typeVersion: 1 };

const fields = { client_id: 'clientId', family_name: 'name', first_name: 'name', email: 'email' };

/** Creates a lead from each row. */
export const ownCreate = (credential: object): Node => ({
	...OWN,
	credentials: { hotProfileApi: credential },
	parameters: {
		resource: 'lead',
		operation: 'create',
		clientId: { __rl: true, mode: 'id', value: '={{ $json.clientId }}' },
		familyName: '={{ $json.name }}',
		additionalFields: { firstName: '={{ $json.name }}', email: '={{ $json.email }}' },
	},
});

const form = (pairs: Record<string, string>) => ({
	sendBody: true,
	contentType: 'form-urlencoded',
	bodyParameters: { parameters: Object.entries({ api_key: SANDBOX_KEY, ...pairs }).map(([name, value]) => ({ name, value })) },
});

/**
 * The same with HTTP Request.
 * @param batching without it, all calls start at once
 */
export const httpCreate = (url: string, batching?: Batching): Node => ({
	...HTTP,
	parameters: {
		method: 'POST',
		url: `${url}/rest_api/v1/leads/create`,
		...form(Object.fromEntries(Object.entries(fields).map(([name, key]) => [name, `={{ $json.${key} }}`]))),
		options: batching ? { batching: { batch: batching } } : {},
	},
	// The maximum tries and pause that n8n allows: the node only learns about a limit from refusals.
	...(batching && { retryOnFail: true, maxTries: 5, waitBetweenTries: 5000 }),
});

/** Reads all leads. */
export const ownReturnAll = (credential: object): Node => ({
	...OWN,
	credentials: { hotProfileApi: credential },
	parameters: { resource: 'lead', operation: 'getMany', returnAll: true },
});

/** The same with HTTP Request: pages of the maximum size, without a pause, until the service reports the last one. */
export const httpReturnAll = (url: string): Node => ({
	...HTTP,
	parameters: {
		method: 'POST',
		url: `${url}/rest_api/v1/leads/get_entry_list`,
		...form({ 'order[key]': 'id', 'order[type]': 'asc', 'page[display_number]': '100' }),
		options: {
			response: { response: { responseFormat: 'json' } },
			pagination: {
				pagination: {
					paginationMode: 'updateAParameterInEachRequest',
					parameters: { parameters: [{ type: 'body', name: 'page[number]', value: '={{ $pageCount + 1 }}' }] },
					paginationCompleteWhen: 'other',
					completeExpression: '={{ $response.body.pages.current_number >= $response.body.pages.total_number }}',
					requestInterval: 0,
				},
			},
		},
	},
});

/** One item for each row of a page, as Return All outputs them. */
export const splitOut: Node = {
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'leads', options: {} },
};

/** A trigger, a number of rows, and a chain of nodes. */
export function workflow(id: string, nodes: Node[], { rows, clientId }: { rows: number; clientId: number }) {
	const code = `return Array.from({ length: ${rows} }, (_, i) => ({ json: {
		clientId: ${clientId}, name: '試験' + i, email: '${id}-' + i + '@example.co.jp' } }));`;
	const chain = [
		{ type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} },
		{ type: 'n8n-nodes-base.code', typeVersion: 2, parameters: { jsCode: code } },
		...nodes,
	].map((node, index) => ({ id: String(index), name: String(index), position: [200 * index, 0], ...node }));
	const links = chain.slice(0, -1).map(({ name }, index): [string, object] => [
		name,
		{ main: [[{ node: String(index + 1), type: 'main', index: 0 }]] },
	]);
	return { id, name: id, active: false, settings: { executionOrder: 'v1' }, nodes: chain, connections: Object.fromEntries(links) };
}

/** Name of the first node that is measured. */
export const FIRST_NODE = 2;
