import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject } from 'n8n-workflow';

import { type Job, run } from './engine.mts';

/** Long lists do not block n8n: the longest stretch without a timer is a small part of the total time. */

/** Runs a job and measures the longest stretch without a timer, as a share of the total time. */
async function runMeasured(job: Job) {
	const ticks = [performance.now()];
	const timer = setInterval(() => ticks.push(performance.now()), 1);
	const outcome = await run(job);
	clearInterval(timer);
	ticks.push(performance.now());
	const stretches = ticks.slice(1).map((tick, index) => tick - ticks[index]);
	return { ...outcome, share: Math.max(...stretches) / (ticks[ticks.length - 1] - ticks[0]) };
}

const lead = (index: number) => ({
	integracao_lead: String(index), data_criacao_lead: '2026-03-02 10:11:12', status_lead: 'Andamento', data_status_lead: '02/03/2026 10:11',
	data_etapa_lead: '2026-03-02T10:11:12-03:00', data_classificacao_lead: '02/03/2026', nome_usuario_responsavel: `U${index % 50}`,
});

test.each(['rows', 'users'])('20,000 leads of CRM Zen as %s do not block the event loop', async (output) => {
	const body = JSON.stringify({ data: '2026-03-02', leads: Array.from({ length: 20_000 }, (_, index) => lead(index)) });
	const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(body));
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${output}`;
	try {
		const { items, error, share } = await runMeasured({
			node: 'zenTotals',
			parameters: { resource: 'leadFile', operation: 'getMany', period: 'oneDay', date: '2026-03-02', returnAll: true, output },
			credential: { totalsUrl: url, totalsToken: 'totals-token', leadFileUrl: url, leadFileToken: 'lead-file-token', leadFileWait: 0 },
		});
		expect(error).toBeUndefined();
		const leads = output === 'rows' ? items : items.flatMap(({ json }) => json.leads as IDataObject[]);
		expect(leads).toHaveLength(20_000);
		expect(share).toBeLessThan(0.7);
	} finally {
		server.close();
	}
});

test('10,000 invalid items with On Error: Continue do not block the event loop', async () => {
	const { items, share } = await runMeasured({
		parameters: { resource: 'lead', operation: 'create', clientId: 'x', familyName: 'a' },
		items: Array.from({ length: 10_000 }, (_, index) => ({ index })),
		credential: { instance: 'http://127.0.0.1:9', apiKey: 'the-long-key' },
		onError: 'continueRegularOutput',
	});
	expect(items).toHaveLength(10_000);
	expect(share).toBeLessThan(0.25);
});
