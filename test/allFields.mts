import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { inside, visible } from './visibleProperties.mts';
import { byParameterName, wireOf } from './wireNames.mts';

/** Test cases that set every field of every HotProfile operation, with what must arrive on the wire. Names come from the connector's definition. */

export type Pairs = Array<[name: string, value: string]>;

export interface Case {
	resource: string;
	operation: string;
	path: string;
	parameters: IDataObject;
	/** What must arrive, without the key. */
	pairs: Pairs;
}

const connector = JSON.parse(readFileSync('test/fixtures/hotprofile-connector.json', 'utf8')) as Record<string, { parameters: string[] }>;

const nouns: Record<string, [one: string, many: string]> = {
	businessCard: ['business_card', 'business_cards'], client: ['client', 'clients'], lead: ['lead', 'leads'],
};

/** Fields that only the vendor guide has. */
const BEYOND_CONNECTOR: Record<string, string[]> = {
	businessCard: ['client_branch_id', 'post', 'tag_ids[]'],
	client: [],
	lead: ['client_branch_id', 'tag_ids[]', 'interest_product_type_ids[]', 'user_ids[]'],
};

/** Filters of the vendor guide that the connector lacks; 7001 is the ID of a custom field. */
const FILTERS_BEYOND_CONNECTOR: Record<string, string[]> = {
	businessCard: [
		'search[private_flg]', 'search[client_id]', 'search[client_branch_id]', 'search[client_branch_name]', 'search[client][corporate_number]',
		'search[status][]', 'search[lead_ids]', 'search[owner_user_id]', 'search[owner_user_ids]', 'search[owner_user_code]',
		'search[organization_id]', 'search[tag_ids][]', 'search[pref_ids][]', 'search[lead_source_kbn_ids][]', 'search[open_status][]',
		'search[temporary_business_card_id]', 'search[items][][7001]', 'pattern_match[items][7001][exact]', 'pattern_match[family_name][normalized]',
		'pattern_match[first_name][normalized]', 'pattern_match[family_name_kana][normalized]', 'pattern_match[first_name_kana][normalized]',
		'pattern_match[client_name][normalized]', 'pattern_match[client_branch_name][normalized]', 'pattern_match[tel][normalized]',
		'pattern_match[fax][normalized]', 'pattern_match[mobile_tel][normalized]',
	],
	client: [
		'search[private_flg]', 'search[pref_ids][]', 'search[industry_kbn][]', 'search[business_category_kbn][]',
		'search[middle_business_categories][]', 'search[jsic_large_business_categories][]', 'search[jsic_middle_business_categories][]',
		'search[jsic_small_business_categories][]', 'search[jsic_detail_business_categories][]', 'search[worker_number_kbn][]',
		'search[capital_kbn][]', 'search[ipo_kbn][]', 'search[items][][7001]', 'pattern_match[items][7001][exact]', 'pattern_match[name][normalized]',
		'pattern_match[name_kana][normalized]', 'pattern_match[main_tel][normalized]',
	],
	lead: [
		'search[private_flg]', 'search[owned_lead_flg]', 'search[client_branch_id]', 'search[client_branch_name]', 'search[owner_user_ids][]',
		'search[pref_ids][]', 'search[tag_ids][]', 'search[interest_product_type_ids][]', 'search[campaign_ids][]', 'search[web_form_ids][]',
		'search[target_list_ids][]', 'search[items][][7001]', 'pattern_match[items][7001][exact]', 'pattern_match[client_name][normalized]',
		'pattern_match[client_branch_name][normalized]', 'pattern_match[client][name_kana][normalized]', 'pattern_match[family_name][normalized]',
		'pattern_match[first_name][normalized]', 'pattern_match[family_name_kana][normalized]', 'pattern_match[first_name_kana][normalized]',
		'pattern_match[name][normalized]', 'pattern_match[tel][normalized]', 'pattern_match[fax][normalized]',
		'pattern_match[mobile_tel][normalized]',
	],
};

/** The parameters of an operation in the connector, and those that only the vendor guide has. */
export function documentedNames(resource: string, operation: string): { connector: string[]; beyond: string[] } {
	const [one, many] = nouns[resource] as [string, string];
	const id = operation === 'getMany' ? `Action_get_${many}` : `Action_${operation}_${one}`;
	return { connector: (connector[id] as { parameters: string[] }).parameters, beyond: (operation === 'getMany' ? FILTERS_BEYOND_CONNECTOR : BEYOND_CONNECTOR)[resource] as string[] };
}

const paths: Record<string, string> = {
	businessCard: 'business_cards', client: 'clients', lead: 'leads', getMany: 'get_entry_list', create: 'create', update: 'update',
};

/** One case for each of the nine operations, with every field set. */
export function everyField(properties: INodeProperties[]): Case[] {
	return ['businessCard', 'client', 'lead'].flatMap((resource) =>
		['create', 'update', 'getMany'].map((operation) => {
			const parameters: IDataObject = { resource, operation };
			const pairs: Pairs = operation === 'getMany' ? [['page[number]', '1'], ['page[display_number]', '50']] : [];
			const { connector: own, beyond } = documentedNames(resource, operation);
			const names = byParameterName([...own, ...beyond]);
			let index = 0;
			const setAs = (property: INodeProperties, into: IDataObject, value: unknown, arriving: Pairs) => {
				into[property.name] = value as IDataObject;
				pairs.push(...arriving);
			};
			const set = (property: INodeProperties, into: IDataObject) => {
				if (property.name === 'items') {
					const entries = [{ fieldId: '7001', value: '値 &', exact: true }];
					return setAs(property, into, { entries }, [['search[items][][7001]', '値 &'], ['pattern_match[items][7001][exact]', 'true']]);
				}
				if (property.name === 'patternMatchNormalized') {
					const every = (property.options as Array<{ value: string }>).map(({ value }) => value);
					return setAs(property, into, every, beyond.filter((wire) => wire.endsWith('[normalized]')).map((wire): [string, string] => [wire, 'true']));
				}
				const wire = wireOf(names, property.name);
				if (wire === undefined) return;
				const [value, arriving] = sample(property, wire, ++index);
				setAs(property, into, value, arriving.map((one) => [wire, one]));
			};
			for (const property of visible(properties, resource, operation)) {
				if (property.type === 'collection') {
					const collection: IDataObject = {};
					for (const option of inside(property)) set(option, collection);
					parameters[property.name] = collection;
				} else set(property, parameters);
			}
			return { resource, operation, path: `/rest_api/v1/${paths[resource]}/${paths[operation]}`, parameters, pairs };
		}),
	);
}

/** A value for a field and what must arrive, derived from the editor property and the wire name. */
function sample({ type, options, default: defaultValue }: INodeProperties, wire: string, index: number): [unknown, string[]] {
	if (type === 'resourceLocator') return [{ __rl: true, mode: 'id', value: String(9000 + index) }, [String(9000 + index)]];
	if (/(private|owned_lead)_flg/.test(wire)) return [true, ['true']];
	if (type === 'boolean') return [index % 2 === 0, [index % 2 === 0 ? '1' : '0']];
	if (type === 'options') {
		const { value } = (options as Array<{ value: unknown }>).at(-1) as { value: unknown };
		return [value, [String(value)]];
	}
	if (type === 'multiOptions') {
		const values = (options as Array<{ value: unknown }>).map(({ value }) => value);
		return [[values[0], values.at(-1)], [String(values[0]), String(values.at(-1))]];
	}
	if (type === 'number') return [12.345678 + index, [String(12.345678 + index)]];
	if (type === 'dateTime') {
		return ['2026-03-31T20:15:30.000Z', [/datetime/.test(wire) ? '2026/04/01 05:15:30' : '2026/04/01']];
	}
	if (defaultValue !== '') throw new Error(`No sample value for ${wire}`);
	if (/\[\]$/.test(wire)) return ['31, 44', ['31', '44']];
	if (/_ids\]$|\[ids\]$/.test(wire) && !/kbn/.test(wire)) return [[31, 44], ['31,44']];
	if (/(_id|_kbn|_kbn_ids)\]?$/.test(wire) && !/customer/.test(wire)) return [String(100 + index), [String(100 + index)]];
	if (/^(mobile_)?email$/.test(wire)) return [`a${index}@example.co.jp`, [`a${index}@example.co.jp`]];
	if (wire === 'extension') return ['0123', ['0123']];
	return [`値${index} &=+%[]`, [`値${index} &=+%[]`]];
}

export interface Received {
	url: string;
	type: string;
	pairs: Pairs;
}

/** A server that does not use the catalogue: it records requests and always reports success. */
export async function startEcho() {
	const received: Received[] = [];
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			received.push({ url: String(request.url), type: String(request.headers['content-type']), pairs: [...new URLSearchParams(body)] });
			const root = /\/(\w+)\/get_entry_list$/.exec(String(request.url))?.[1];
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify(root ? { [root]: [], pages: { total_count: 0 } } : { id: 4711 }));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const close = () => {
		server.closeAllConnections();
		server.close();
	};
	return { url: `http://127.0.0.1:${port}`, received, close };
}
