import { leadFields } from '../../nodes/HotProfile/resources/lead/fields.ts';
import {
	branchOf, clientLabels, clientOf, customField, customText, levelsOf, leadSourceName, userOf,
} from './columns.mts';
import { leadStatuses, prefectureNames, products, type StoredRecord, type TableName, tags, type Tenant } from './tenant.mts';

type Row = Record<string, unknown>;

/** In leads, yes is U+25EF and no is U+30FC. */
const YES = '◯';
const NO = 'ー';

const leadFlags = Object.values(leadFields).filter(({ kind }) => kind === 'flag').map(({ wire }) => wire);

/** The format in which a list returns its records. */
export interface RowFormat {
	/** In the shape for Microsoft's connector. */
	flow: boolean;
	/** Dates in ISO 8601 with a UTC offset. */
	isoDates: boolean;
	/** Fields that are hidden from the key's user in every record. */
	hidden: string[];
}

/** A record as a list returns it, with its keys in the service's order. */
export function rowOf(table: TableName, record: StoredRecord, tenant: Tenant, { flow, isoDates, hidden }: RowFormat): Row {
	const custom = customItems(table, record, isoDates);
	let row: Row = { ...rowMakers[table](record, tenant), items: custom.map(({ id, ...item }) => (table === 'clients' ? item : { id, ...item })) };
	if (table !== 'clients') row = hide(row, record.hidden, hidden);
	if (isoDates) row = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, isoDate(name, value)]));
	return flow ? flowRow(row, record) : row;
}

const DATE = /^\d{4}\/\d\d\/\d\d( \d\d:\d\d:\d\d)?$/;

const iso = (text: string) => `${text.slice(0, 10).replaceAll('/', '-')}T${text.slice(11) || '00:00:00'}+09:00`;

const isoDate = (name: string, value: unknown) =>
	/_(at|on)$/.test(name) && typeof value === 'string' && DATE.test(value) ? iso(value) : value;

interface Item {
	id: number;
	label: string;
	value: string;
}

function customItems(table: TableName, { items }: StoredRecord, isoDates: boolean): Item[] {
	return Object.entries(items).map(([id, stored]) => {
		const field = customField(table, id);
		const text = customText(field, stored);
		if (field.kind === 'integer') return { id: Number(id), label: field.label, value: text.replace(/\B(?=(\d{3})+$)/g, ',') };
		return { id: Number(id), label: field.label, value: field.kind === 'date' && isoDates && text ? iso(text) : text };
	});
}

/** Names that are hidden together with their codes. */
const hiddenTogether: Record<string, string> = {
	lead_source_kbn_id: 'lead_source_kbn_name', pref_id: 'pref', lead_status: 'lead_status_name',
	interest_product_type_ids: 'interest_product_type_names',
};

/** Hidden values become empty text, even where a number is expected, and are listed in `private_items`. */
function hide(row: Row, own: StoredRecord['hidden'], everywhere: string[]): Row {
	const names = [...new Set([...own.items, ...everywhere])].filter((name) => name in row);
	for (const name of names.flatMap((one) => [one, hiddenTogether[one]])) {
		if (name in row) row[name] = Array.isArray(row[name]) ? [] : '';
	}
	row.name = `${row.family_name} ${row.first_name}`;
	row.name_kana = `${row.family_name_kana} ${row.first_name_kana}`;
	const items = (row.items as Item[]).map((item) => (own.custom_items.includes(item.id) ? { ...item, value: '' } : item));
	return { ...row, items, private_items: { items: names, custom_items: own.custom_items } };
}

function flowRow(row: Row, record: StoredRecord): Row {
	const items = row.items as Item[];
	const more = {
		items: items.map(({ label, value }) => `${label}: ${value}`),
		itemslabel: items.map(({ label }) => label).join(','),
		itemsvalue: items.map(({ value }) => value).join(','),
	};
	return 'tags' in row ? { ...row, tag_ids: record.tag_ids, ...more } : { ...row, ...more };
}

/** Splits an address into city, block and building. */
function addressParts(address: unknown): Row {
	const [street, ...building] = String(address).split(' ');
	const city = /^(?:[^0-9０-９]*?市[^0-9０-９市]*?区|[^0-9０-９]*?[市区町村])/.exec(street)?.[0] ?? '';
	return { address, address1: city, address2: street.slice(city.length), address3: building.join(' ') };
}

const prefOf = ({ pref_id }: StoredRecord) => prefectureNames.get(pref_id as number);
const namesOf = (ids: unknown, names: Map<number, string>) => (ids as number[]).map((id) => names.get(id));

const branchKeys = (record: StoredRecord, tenant: Tenant): Row => ({
	client_branch_id: record.client_branch_id ?? '',
	client_branch_name: branchOf(record, tenant)?.name ?? '',
});

function leadRow(record: StoredRecord, tenant: Tenant): Row {
	const owner = userOf(record.owner_user_id);
	const levels = levelsOf(record, tenant);
	return {
		id: record.id,
		client_id: record.client_id,
		...branchKeys(record, tenant),
		organization_id: record.organization_id,
		post: record.post,
		family_name: record.family_name,
		first_name: record.first_name,
		family_name_kana: record.family_name_kana,
		first_name_kana: record.first_name_kana,
		tel: record.tel,
		extension: record.extension,
		fax: record.fax,
		email: record.email,
		mobile_tel: record.mobile_tel,
		mobile_email: record.mobile_email,
		zip: record.zip,
		pref_id: record.pref_id,
		...addressParts(record.address),
		url: record.url,
		owner_user_id: record.owner_user_id,
		owner_user_name: owner?.name ?? null,
		owner_user_code: owner?.code ?? '',
		user_names: (record.user_ids as number[]).map((id) => userOf(id)!.name),
		trade_on: record.trade_on ?? null,
		latitude: record.latitude,
		longitude: record.longitude,
		lead_source_kbn_id: record.lead_source_kbn_id,
		lead_source_kbn_name: leadSourceName(record),
		lead_source: record.lead_source,
		...Object.fromEntries(leadFlags.map((name) => [name, record[name] === 1 ? YES : NO])),
		tags: namesOf(record.tag_ids, tags),
		interest_product_type_ids: record.interest_product_type_ids,
		interest_product_type_names: namesOf(record.interest_product_type_ids, products),
		note: record.note,
		customer_id: record.customer_id || null,
		lead_status: record.lead_status,
		lead_status_name: leadStatuses.get(record.lead_status as number) ?? null,
		client_name: clientOf(record, tenant).name,
		organization_name: levels.join('') || null,
		organization_hierarchy: levels.length > 1 ? levels : (levels[0] ?? null),
		name: '',
		name_kana: '',
		pref: prefOf(record) ?? null,
		created_at: record.created_at,
		updated_at: record.updated_at,
	};
}

function clientRow(record: StoredRecord): Row {
	const user = userOf(record.user_id);
	const labels = Object.fromEntries(
		Object.entries(clientLabels).map(([name, names]) => [name, names.get(record[name] as number) ?? '']),
	);
	return {
		id: record.id,
		name: record.name,
		name_kana: record.name_kana,
		name_disp: record.name_disp,
		zip: record.zip,
		pref: prefOf(record) ?? '',
		...addressParts(record.address),
		latitude: record.latitude,
		longitude: record.longitude,
		industry_kbn: labels.industry_kbn,
		business_category_kbn: labels.business_category_kbn,
		business_category: '',
		jsic_business_category_kbn: labels.business_category_kbn
			? [`${labels.business_category_kbn}＞見本分類＞見本分類＞見本分類`]
			: [],
		worker_number_kbn: labels.worker_number_kbn,
		capital_kbn: labels.capital_kbn,
		ipo_kbn: labels.ipo_kbn,
		sales_last_year: record.sales_last_year,
		main_tel: record.main_tel,
		url: record.url,
		mail_domain: record.mail_domain,
		note: record.note,
		user_name: user?.name ?? '',
		user_code: user?.code ?? '',
		corporate_number: record.corporate_number ?? null,
		created_at: record.created_at,
		updated_at: record.updated_at,
	};
}

/** The business card's fields in a second language, which this customer does not use. */
const secondLanguage = Object.fromEntries(
	[
		'name', 'family_name', 'first_name', 'name_kana', 'family_name_kana', 'first_name_kana', 'post', 'fax',
		'mobile_email', 'zip', 'pref', 'address', 'url', 'client_name', 'organization_name', 'tel', 'mobile_tel', 'email',
	].map((name) => [`${name}_sub`, ['pref', 'organization_name'].includes(name) ? null : '']),
);

function cardRow(record: StoredRecord, tenant: Tenant): Row {
	const client = clientOf(record, tenant);
	const owner = userOf(record.owner_user_id);
	const levels = levelsOf(record, tenant);
	return {
		id: record.id,
		post: record.post,
		name: '',
		family_name: record.family_name,
		first_name: record.first_name,
		name_kana: '',
		family_name_kana: record.family_name_kana,
		first_name_kana: record.first_name_kana,
		fax: record.fax,
		mobile_email: record.mobile_email,
		zip: record.zip,
		pref_id: record.pref_id,
		...addressParts(record.address),
		url: record.url,
		lead_source_kbn_id: record.lead_source_kbn_id,
		lead_source: record.lead_source,
		status: record.status,
		open_status: String(record.open_status),
		tag_ids: record.tag_ids,
		request_key: record.request_key ?? null,
		note: record.note,
		direct_note: record.direct_note,
		client_id: record.client_id,
		client_name: client.name,
		...branchKeys(record, tenant),
		corporate_number: client.corporate_number ?? null,
		organization_name: levels.at(-1) ?? null,
		organization_ancestry_all_name: levels.join('') || null,
		tel: record.tel,
		mobile_tel: record.mobile_tel,
		email: record.email,
		user_id: record.owner_user_id,
		user_code: owner?.code ?? null,
		user_name: owner?.name ?? null,
		latitude: record.latitude,
		longitude: record.longitude,
		trade_on: record.trade_on && `${record.trade_on} 00:00:00`,
		temporary_business_card_id: null,
		created_at: record.created_at,
		updated_at: record.updated_at,
		...secondLanguage,
	};
}

const rowMakers: Record<TableName, (record: StoredRecord, tenant: Tenant) => Row> = {
	leads: leadRow,
	clients: clientRow,
	business_cards: cardRow,
};
