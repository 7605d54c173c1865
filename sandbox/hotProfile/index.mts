import type { Answer } from '../faults.mts';
import { type Service, type StartOptions, startService } from '../service.mts';
import type { Pair, Received } from '../parseRequest.mts';
import { type Input, readInput, Wrong } from './validation.mts';
import { tenantOf, type Sizes } from './sampleRecords.mts';
import { effectsFor, errors, type HotProfileEffect, keyRefused, tooMany } from './faultEffects.mts';
import { type Operation, operations } from './operations.mts';
import { search } from './search.mts';
import { rowOf } from './rows.mts';
import { copyOf, type Table, type Tenant } from './tenant.mts';
import { create, remove, unknownIds, update } from './mutations.mts';

export interface HotProfileSettings {
	/** Fields of leads and cards that the key's user may see in no record. */
	hidden: string[];
	/** Status of an answer that says what is wrong with the values; no source tells it. */
	errorStatus: number;
}

export interface HotProfileOptions extends StartOptions, Partial<Sizes> {
	apiKey?: string;
}

export interface HotProfileService extends Service<HotProfileEffect, HotProfileSettings> {
	readonly leads: Table;
	readonly clients: Table;
	readonly businessCards: Table;
}

const ROOT = '/rest_api/v1/';

/** Starts a stand-in of HotProfile with records of its own. */
export async function startHotProfile(options: HotProfileOptions = {}): Promise<HotProfileService> {
	const { apiKey = 'sandbox-hotprofile-key', seed = 1, leads = 2500, clients = 600, businessCards = 1200 } = options;
	const atStart = tenantOf(seed, { leads, clients, businessCards });
	let tenant = copyOf(atStart);

	const grow = (records: number) => {
		const [client_id] = tenant.clients.keys();
		for (let count = 0; count < records; count += 1) {
			const family_name = `追加${tenant.leads.size}`;
			create('clients', new Map([['name', `株式会社見本追加${tenant.clients.size}`]]), tenant);
			create('leads', new Map<string, string | number>([['client_id', client_id], ['family_name', family_name]]), tenant);
			create('business_cards', new Map<string, string | number>([
				['client_id', client_id], ['family_name', family_name], ['status', 1], ['open_status', 1],
			]), tenant);
		}
	};

	const service = await startService<HotProfileEffect, HotProfileSettings>(
		{
			apiKey,
			settings: { hidden: [], errorStatus: 200 },
			effects: effectsFor(grow),
			takeKey,
			answer: (received, key, settings) => answer(received, key, settings, tenant),
			refuse: (why) => tooMany(429, why === 'calls' ? 'too many calls in the window' : 'too many calls at once'),
			tables: () => ({ leads: tenant.leads, clients: tenant.clients, business_cards: tenant.businessCards }),
			reset: () => {
				tenant = copyOf(atStart);
			},
		},
		options,
	);
	return Object.defineProperties(service, {
		leads: { get: () => tenant.leads },
		clients: { get: () => tenant.clients },
		businessCards: { get: () => tenant.businessCards },
	}) as HotProfileService;
}

const KEY = 'api_key';

/** The key belongs in the body. One in the address counts as such, even beside one in the body. */
function takeKey(received: Received): ReturnType<Parameters<typeof startService>[0]['takeKey']> {
	const ofPairs = (pairs: Pair[]) => pairs.find(([name]) => name === KEY)?.[1];
	const inUrl = ofPairs(received.queryPairs);
	const inBody = ofPairs(received.bodyPairs);
	received.queryPairs = received.queryPairs.filter(([name]) => name !== KEY);
	received.bodyPairs = received.bodyPairs.filter(([name]) => name !== KEY);
	delete received.query[KEY];
	delete received.body[KEY];
	if (inUrl !== undefined) return { keyIn: 'url', key: inUrl };
	return inBody === undefined ? { keyIn: 'none', key: '' } : { keyIn: 'body', key: inBody };
}

/** What the service says to a call that nothing stands in the way of. */
function answer(
	received: Received,
	{ keyIn, keyRight }: { keyIn: string; keyRight: boolean },
	settings: HotProfileSettings,
	tenant: Tenant,
): Answer {
	const operation = received.path.startsWith(ROOT) ? operations.get(received.path.slice(ROOT.length)) : undefined;
	if (keyIn === 'url') return errors(400, ['APIキーをURLに含めないでください。'], 'the key must not be in the URL');
	if (!keyRight) return keyRefused(401, keyIn === 'none' ? 'there is no api_key in the body' : 'the api_key is wrong');
	if (!operation) return errors(404, ['APIが見つかりません。'], `there is no ${received.path}`);
	if (received.method !== 'POST') return errors(405, ['POSTで呼び出してください。'], `${received.method} where POST is wanted`);
	if (received.trouble) return errors(400, ['リクエストの形式が正しくありません。'], received.trouble);
	try {
		return work(operation, received, settings, tenant);
	} catch (error) {
		if (error instanceof Wrong) return refusal([error], settings);
		throw error;
	}
}

function refusal(wrong: Wrong[], { errorStatus }: HotProfileSettings): Answer {
	const reason = wrong.map(({ message }) => message).join('; ');
	return errors(wrong[0].status ?? errorStatus, wrong.map(({ sentence }) => sentence), reason);
}

const writers = { create, update, delete: remove };

function work(operation: Operation, received: Received, settings: HotProfileSettings, tenant: Tenant): Answer {
	const { table, action } = operation;
	const { input, wrong } = readInput(operation, [...received.queryPairs, ...received.bodyPairs]);
	if (action === 'list') {
		if (wrong.length > 0) return refusal(wrong, settings);
		return list(operation, input, settings, tenant);
	}
	wrong.push(...unknownIds(table, input, tenant));
	if (wrong.length > 0) return refusal(wrong, settings);
	const { id } = writers[action](table, input, tenant);
	return { status: 200, body: { id }, stored: id };
}

function list(operation: Operation, input: Input, { hidden }: HotProfileSettings, tenant: Tenant): Answer {
	const { table, flow } = operation;
	const { records, pages } = search(operation, input, tenant);
	const form = { flow, hidden, isoDates: input.get('page[date_format_option]') === 1 };
	return { status: 200, body: { [table]: records.map((record) => rowOf(table, record, tenant, form)), pages } };
}
