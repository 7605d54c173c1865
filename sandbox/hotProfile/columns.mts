import type { FieldSpec } from '../../nodes/shared/fields/index.ts';
import {
	capitalBands, categories, customFields, industries, leadSources, listings, prefectureNames, type StoredRecord,
	type TableName, type Tenant, users, type Value, workerBands,
} from './tenant.mts';

/** Reads a value of a record, by the name that filters and sort keys use for it. */
export type Column = (record: StoredRecord, tenant: Tenant) => unknown;

export const clientOf = (record: StoredRecord, tenant: Tenant) => tenant.clients.get(record.client_id as number)!;
export const levelsOf = (record: StoredRecord, tenant: Tenant) => tenant.departments.get(record.organization_id as number)?.levels ?? [];
export const branchOf = (record: StoredRecord, tenant: Tenant) => tenant.branches.get(record.client_branch_id as number);
export const userOf = (id: unknown) => users.get(id as number);

/** The leads of a card's person. */
const leadsOf = (card: StoredRecord, { leads }: Tenant) =>
	[...leads.values()].filter((lead) => ['client_id', 'family_name', 'first_name'].every((name) => lead[name] === card[name])).map(({ id }) => id);

/** A decimal as text, the way text filters see it. */
const paddedDecimal = (name: string): Column => (record) => {
	const [whole, decimals = ''] = String(record[name] ?? '').split('.');
	return whole && `${whole}.${decimals.padEnd(14, '0')}`;
};

const labelColumn = (name: string, names: Map<number, string>): Column => (record) => names.get(record[name] as number) ?? '';

const placeColumns: Record<string, Column> = {
	latitude: paddedDecimal('latitude'),
	longitude: paddedDecimal('longitude'),
	pref: labelColumn('pref_id', prefectureNames),
	pref_ids: (record) => record.pref_id,
};

/** The user whose key is used. */
const [KEY_USER] = users.keys();

/** Ids of things that only filters know, such as campaigns: each record belongs to one of three. */
const oneOfThree = (first: number): Column => ({ id }) => first + (id % 3);

const personColumns: Record<string, Column> = {
	...placeColumns,
	client_name: (record, tenant) => clientOf(record, tenant).name,
	'client.name': (record, tenant) => clientOf(record, tenant).name,
	'client.name_kana': (record, tenant) => clientOf(record, tenant).name_kana,
	'client.name_disp': (record, tenant) => clientOf(record, tenant).name_disp,
	'client.corporate_number': (record, tenant) => clientOf(record, tenant).corporate_number,
	client_branch_name: (record, tenant) => branchOf(record, tenant)?.name ?? '',
	organization_name: (record, tenant) => levelsOf(record, tenant).at(-1) ?? '',
	organization_ancestry_all_name: (record, tenant) => levelsOf(record, tenant).join(''),
	owner_user_ids: (record) => record.owner_user_id,
	owner_user_code: (record) => userOf(record.owner_user_id)?.code ?? '',
	role_id: (record) => userOf(record.owner_user_id)?.role,
	lead_source_kbn_ids: (record) => record.lead_source_kbn_id,
	private_flg: (record) => record.owner_user_id === KEY_USER,
};

const columns: Record<TableName, Record<string, Column>> = {
	leads: {
		...personColumns,
		ids: (record) => record.id,
		owned_lead_flg: (record) => (record.user_ids as number[]).includes(KEY_USER),
		campaign_ids: oneOfThree(9101),
		web_form_ids: oneOfThree(9201),
		target_list_ids: oneOfThree(9301),
		name: (record) => `${record.family_name}${record.first_name}`,
		create_at: (record) => record.created_at,
		update_at: (record) => record.updated_at,
		multiple: (record, tenant) =>
			[
				record.family_name, record.first_name, record.family_name_kana, record.first_name_kana, record.email,
				record.tel, record.mobile_tel, record.post, record.address, record.note, clientOf(record, tenant).name,
			].join('\n'),
	},
	clients: {
		...placeColumns,
		user_ids: (record) => record.user_id,
		private_flg: (record) => record.user_id === KEY_USER,
		middle_business_categories: oneOfThree(9401),
		jsic_large_business_categories: oneOfThree(9501),
		jsic_middle_business_categories: oneOfThree(9601),
		jsic_small_business_categories: oneOfThree(9701),
		jsic_detail_business_categories: oneOfThree(9801),
	},
	business_cards: {
		...personColumns,
		client: (record, tenant) => clientOf(record, tenant).name,
		client_name_kana: (record, tenant) => clientOf(record, tenant).name_kana,
		client_corporate_number: (record, tenant) => clientOf(record, tenant).corporate_number,
		organization: (record, tenant) => levelsOf(record, tenant).join(''),
		user: (record) => userOf(record.owner_user_id)?.name ?? '',
		lead_ids: (record, tenant) => leadsOf(record, tenant),
	},
};

/** The column behind a name. By default, it is the record's own value of that name. */
export function columnOf(table: TableName, name: string): Column {
	return columns[table][name] ?? ((record) => record[name]);
}

/** Labels of the codes in clients. */
export const clientLabels: Record<string, Map<number, string>> = {
	industry_kbn: industries,
	business_category_kbn: categories,
	worker_number_kbn: workerBands,
	capital_kbn: capitalBands,
	ipo_kbn: listings,
};

/** Name of a person's lead source. */
export const leadSourceName = (record: StoredRecord) => leadSources.get(record.lead_source_kbn_id as number) ?? null;

/** A custom field as text, without the thousands separators that rows have. */
export function customText({ choices }: FieldSpec, value: Value): string {
	if (!choices) return String(value ?? '');
	const named = [value].flat().map((one) => choices.find((entry) => entry.value === one)?.name ?? '');
	// The service puts a space after every selected choice, including the last one.
	return Array.isArray(value) ? named.map((name) => `${name} `).join('') : named.join('');
}

/** The custom field of a table by its id. */
export const customField = (table: TableName, id: string | number): FieldSpec => customFields[table][id];
