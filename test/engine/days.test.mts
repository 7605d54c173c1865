import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { startErpEcho } from '../allErpFields.mts';
import { startEcho } from '../allFields.mts';
import { run } from './engine.mts';
import { credentialOf } from './zenTotalsJob.mts';

/** Which day each service receives, for n8n's date expressions, time zones and hours. */

let hotProfile: Awaited<ReturnType<typeof startEcho>>;
let erp: Awaited<ReturnType<typeof startErpEcho>>;
let zen: CrmZenService;
let accounts = 5000;

beforeAll(async () => {
	[hotProfile, erp, zen] = await Promise.all([startEcho(), startErpEcho(), startCrmZen({ limit: null })]);
});
afterAll(async () => {
	hotProfile.close();
	erp.close();
	await zen.close();
});
afterEach(() => jest.useRealTimers());

/** Only the date is faked: timers and the services run on the real clock. */
const REAL = ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const;
const setNow = (moment: string) => jest.useFakeTimers({ now: new Date(moment), doNotFake: [...REAL] });

/** The day that each service receives, as yyyy-MM-dd, or the error messages. */
async function receivedDays(date: string, timezone: string) {
	zen.reset();
	zen.set({ today: '2999-01-01' });
	hotProfile.received.length = 0;
	erp.seen.length = 0;
	accounts++;
	const outcomes = await Promise.all([
		run({ parameters: { resource: 'lead', operation: 'getMany', filters: { fromCreatedOn: date } }, credential: { instance: hotProfile.url, apiKey: 'the-key', requestsPerMinute: 1000 }, timezone }),
		run({
			node: 'erpDatacake',
			parameters: { resource: 'client', operation: 'update', idCliente: '1', updateFields: { dataNascimento: date }, options: { dateFormat: 'dd/MM/yyyy' } },
			credential: { baseUrl: erp.url, token: `token${accounts}` },
			timezone,
		}),
		run({ node: 'zenTotals', parameters: { resource: 'totals', operation: 'getMany', period: 'oneDay', date }, credential: credentialOf(zen, accounts, 0), timezone }),
	]);
	const failed = outcomes.map(({ error }) => error?.message).filter(Boolean);
	if (failed.length > 0) return failed;
	const pairs = Object.fromEntries(hotProfile.received[0].pairs);
	const birthday = (erp.seen.at(-1)?.body as IDataObject).data_nascimento as string;
	return [pairs['search[from_created_on]'].replaceAll('/', '-'), birthday.split('/').reverse().join('-'), zen.journal[0].query.data];
}

const ZONES = ['Pacific/Pago_Pago', 'America/Sao_Paulo', 'UTC', 'Asia/Tokyo', 'Pacific/Kiritimati'];

describe.each(ZONES)('in a workflow of %s', (timezone) => {
	test.each(['2026-11-24T00:30:00Z', '2026-11-24T10:30:00Z', '2026-11-24T15:30:00Z'])('at %s, $today is the same day for all services', async (now) => {
		setNow(now);
		const today = DateTime.now().setZone(timezone).toFormat('yyyy-MM-dd');
		for (const date of ['={{ $today }}', '={{ $today.toISO() }}', '={{ $today.toUTC().toISO() }}', '={{ $today.toJSDate() }}', '={{ $now.startOf("day") }}', '={{ $today.toISODate() }}']) {
			expect([date, ...(await receivedDays(date, timezone))]).toEqual([date, today, today, today]);
		}
	});

	test('picked and typed dates keep their day, and $now is the current day at the service', async () => {
		setNow('2026-11-24T18:31:00Z');
		for (const date of ['2026-11-20T00:00:00', '2026-11-20', '2026/11/20', '2026-11-20T00:00:00.000+13:00', '={{ DateTime.fromISO("2026-11-20") }}', '={{ new Date("2026-11-20") }}']) {
			expect([date, ...(await receivedDays(date, timezone))]).toEqual([date, '2026-11-20', '2026-11-20', '2026-11-20']);
		}
		expect(await receivedDays('={{ $now }}', timezone)).toEqual(['2026-11-25', '2026-11-24', '2026-11-24']);
	});
});

describe('CRM Zen at 00:30 UTC, which is the previous evening in Brazil', () => {
	test.each(['UTC', 'Asia/Tokyo', 'America/Sao_Paulo'])('yesterday is the last completed day in Brazil, in a workflow of %s', async (timezone) => {
		setNow('2026-11-24T00:30:00Z');
		for (const [parameters, day] of [
			[{ period: 'yesterday' }, '2026-11-22'], [{ period: 'oneDay', date: 'ontem' }, '2026-11-22'], [{ period: 'today' }, '2026-11-23'],
		] as const) {
			zen.reset();
			accounts++;
			const { error } = await run({ node: 'zenTotals', parameters: { resource: 'totals', operation: 'getMany', ...parameters }, credential: credentialOf(zen, accounts, 0), timezone });
			expect(error).toBeUndefined();
			expect(zen.journal.map(({ query }) => query.data)).toEqual([day]);
		}
	});

	test('a day that is not over in Brazil is requested again for each item, even if it is over in the time zone of the workflow', async () => {
		setNow('2026-11-24T00:30:00Z');
		zen.reset();
		accounts++;
		await run({
			node: 'zenTotals', parameters: { resource: 'totals', operation: 'getMany', period: 'oneDay', date: '2026-11-23' }, items: [{}, {}],
			credential: credentialOf(zen, accounts, 0), timezone: 'Asia/Tokyo',
		});
		expect(zen.journal).toHaveLength(2);
	});
});
