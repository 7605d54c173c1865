import type { ServiceResponse } from '../faults.mts';
import { type Service, type StartOptions, startService } from '../service.mts';
import type { Pair, ParsedRequest } from '../parseRequest.mts';
import { type Input, readInput, ValidationError } from './validation.mts';
import { sampleTenant, type Sizes } from './sampleRecords.mts';
import { effectsFor, errorResponse, type HotProfileEffect, invalidKey, tooMany } from './faultEffects.mts';
import { type Operation, operations } from './operations.mts';
import { search } from './search.mts';
import { rowOf } from './rows.mts';
import { copyTenant, type Table, type Tenant } from './tenant.mts';
import { create, remove, unknownIds, update } from './mutations.mts';

export interface HotProfileSettings {
	/** Fields of leads and business cards that are hidden from the key's user in every record. */
	hidden: string[];
	/** Status of a response that rejects values; it is not documented. */
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

/** Starts a local HotProfile with its own sample records. */
export async function startHotProfile(options: HotProfileOptions = {}): Promise<HotProfileService> {
	const { apiKey = 'sandbox-hotprofile-key', seed = 1, leads = 2500, clients = 600, businessCards = 1200 } = options;
	const atStart = sampleTenant(seed, { leads, clients, businessCards });
	let tenant = copyTenant(atStart);

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
			extractKey,
			respond: (received, key, settings) => respond(received, key, settings, tenant),
			refuse: (why) => tooMany(429, why === 'calls' ? 'too many calls in the window' : 'too many calls at once'),
			tables: () => ({ leads: tenant.leads, clients: tenant.clients, business_cards: tenant.businessCards }),
			reset: () => {
				tenant = copyTenant(atStart);
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

/** The key belongs in the body. A key in the URL is reported as such, even if the body has one too. */
function extractKey(received: ParsedRequest): ReturnType<Parameters<typeof startService>[0]['extractKey']> {
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

/** The response to a call that neither the limit nor a fault has stopped. */
function respond(
	received: ParsedRequest,
	{ keyIn, keyRight }: { keyIn: string; keyRight: boolean },
	settings: HotProfileSettings,
	tenant: Tenant,
): ServiceResponse {
	const operation = received.path.startsWith(ROOT) ? operations.get(received.path.slice(ROOT.length)) : undefined;
	if (keyIn === 'url') return errorResponse(400, ['APIキーをURLに含めないでください。'], 'the key must not be in the URL');
	if (!keyRight) return invalidKey(401, keyIn === 'none' ? 'there is no api_key in the body' : 'the api_key is wrong');
	if (!operation) return errorResponse(404, ['APIが見つかりません。'], `there is no ${received.path}`);
	if (received.method !== 'POST') return errorResponse(405, ['POSTで呼び出してください。'], `${received.method} where POST is wanted`);
	if (received.parseError) return errorResponse(400, ['リクエストの形式が正しくありません。'], received.parseError);
	try {
		return execute(operation, received, settings, tenant);
	} catch (error) {
		if (error instanceof ValidationError) return validationFailure([error], settings);
		throw error;
	}
}

function validationFailure(errors: ValidationError[], { errorStatus }: HotProfileSettings): ServiceResponse {
	const reason = errors.map(({ message }) => message).join('; ');
	return errorResponse(errors[0].status ?? errorStatus, errors.map(({ vendorMessage }) => vendorMessage), reason);
}

const writers = { create, update, delete: remove };

function execute(operation: Operation, received: ParsedRequest, settings: HotProfileSettings, tenant: Tenant): ServiceResponse {
	const { table, action } = operation;
	const { input, errors } = readInput(operation, [...received.queryPairs, ...received.bodyPairs]);
	if (action === 'list') {
		if (errors.length > 0) return validationFailure(errors, settings);
		return list(operation, input, settings, tenant);
	}
	errors.push(...unknownIds(table, input, tenant));
	if (errors.length > 0) return validationFailure(errors, settings);
	const { id } = writers[action](table, input, tenant);
	return { status: 200, body: { id }, stored: id };
}

function list(operation: Operation, input: Input, { hidden }: HotProfileSettings, tenant: Tenant): ServiceResponse {
	const { table, flow } = operation;
	const { records, pages } = search(operation, input, tenant);
	const form = { flow, hidden, isoDates: input.get('page[date_format_option]') === 1 };
	return { status: 200, body: { [table]: records.map((record) => rowOf(table, record, tenant, form)), pages } };
}
