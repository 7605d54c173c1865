import { setTimeout as sleep } from 'node:timers/promises';

import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { testBed } from './testBed.mts';

/** HotProfile Trigger in a published workflow of a real n8n, on a schedule. */

let service: HotProfileService;
beforeAll(async () => (service = await startHotProfile({ leads: 120, clients: 20, businessCards: 20 })));
afterAll(async () => await service.close());

const SECONDS = Array.from({ length: 20 }, (_, index) => 3 * index).join();

async function createLead(name: string): Promise<number> {
	const [client_id = 0] = service.clients.keys();
	const body = new URLSearchParams({ api_key: service.apiKey, client_id: String(client_id), family_name: name });
	const response = await fetch(`${service.url}/rest_api/v1/leads/create`, { method: 'POST', body });
	return ((await response.json()) as { id: number }).id;
}

test('new leads start the workflow once each, also those from while it was unpublished; a 429 does not stop it from being published', async () => {
	const rest = await Rest.signIn(testBed().url);
	const credential = await rest.call<{ id: string; name: string }>('POST', '/credentials', {
		name: 'HotProfile of the trigger', type: 'hotProfileApi', data: { instance: service.url, apiKey: service.apiKey },
	});
	const { id, versionId } = await rest.call<{ id: string; versionId: string }>('POST', '/workflows', {
		name: 'New leads',
		settings: { saveDataSuccessExecution: 'all' },
		nodes: [
			{
				id: 'trigger', name: 'HotProfile Trigger', type: 'n8n-nodes-hotprofile-datacake-zen.hotProfileTrigger', typeVersion: 1, position: [0, 0],
				parameters: { resource: 'lead', triggerOn: 'created', pollTimes: { item: [{ mode: 'custom', cronExpression: `${SECONDS} * * * * *` }] } },
				credentials: { hotProfileApi: { id: credential.id, name: credential.name } },
			},
			{ id: 'end', name: 'End', type: 'n8n-nodes-base.noOp', typeVersion: 1, position: [200, 0], parameters: {} },
		],
		connections: { 'HotProfile Trigger': { main: [[{ node: 'End', type: 'main', index: 0 }]] } },
	});
	/** The names of the leads with which the workflow has run. */
	const names = async () => {
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		const { results } = await rest.call<{ results: Array<{ id: string }> }>('GET', `/executions?filter=${filter}`);
		const found = await Promise.all(results.map(async (one) => (await rest.call<{ data: string }>('GET', `/executions/${one.id}`)).data));
		return found.flatMap((data) => [...new Set(data.match(/(試験\d+)/g))]).sort();
	};
	/** Waits until the workflow has run with so many leads, and once more, so that any lead too many would be seen. */
	const settled = async (count: number) => {
		for (let tries = 0; tries < 60 && (await names()).length < count; tries++) await sleep(500);
		await sleep(7_000);
		return await names();
	};

	service.fault({ effect: '429', path: 'get_entry_list', seconds: 3600 });
	await rest.call('POST', `/workflows/${id}/activate`, { versionId });
	await createLead('試験1');
	await createLead('試験2');
	expect(await settled(2)).toEqual(['試験1', '試験2']);

	await rest.call('POST', `/workflows/${id}/deactivate`, {});
	await createLead('試験3');
	await sleep(4_000);
	await rest.call('POST', `/workflows/${id}/activate`, { versionId });
	service.fault({ effect: 'errorsList', path: 'get_entry_list' });
	await createLead('試験4');
	expect(await settled(4)).toEqual(['試験1', '試験2', '試験3', '試験4']);
	await rest.call('POST', `/workflows/${id}/deactivate`, {});
}, 150_000);
