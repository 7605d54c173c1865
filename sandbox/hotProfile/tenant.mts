import { prefectures } from '../../nodes/HotProfile/choices.ts';
import { date, fields, type FieldSpec, idList, integer, text, choice } from '../../nodes/shared/fields/index.ts';

/** A value as the service stores it: ids, flags and codes as numbers, decimals and dates as text. */
export type Value = string | number | number[] | null;

/** A record by the names used for writing; read-only values (names, labels) are looked up. */
export interface StoredRecord {
	id: number;
	/** `yyyy/MM/dd HH:mm:ss` in Japan time, as `updated_at`. */
	created_at: string;
	updated_at: string;
	/** Custom fields by id. */
	items: Record<number, Value>;
	/** Fields and custom fields that the key's user may not see in this record. */
	hidden: { items: string[]; custom_items: number[] };
	[field: string]: Value | Record<number, Value> | { items: string[]; custom_items: number[] };
}

/** Records by id, in ascending order. Records are immutable: a change replaces the record. */
export type Table = Map<number, Readonly<StoredRecord>>;

export interface User {
	name: string;
	code: string;
	role: number;
}

export interface Department {
	client_id: number;
	/** From the top level down. */
	levels: string[];
}

export interface Branch {
	client_id: number;
	name: string;
}

/** All data of one customer of the service. */
export interface Tenant {
	leads: Table;
	clients: Table;
	businessCards: Table;
	departments: Map<number, Department>;
	branches: Map<number, Branch>;
	/** Ids of leads and clients by their unique keys. */
	taken: { leads: Map<string, number>; clients: Map<string, number> };
	/** The last id assigned in each table; ids are never reused. */
	lastId: Record<TableName, number>;
}

const numbered = <Item,>(first: number, items: Item[]) =>
	new Map(items.map((item, index) => [first + index, item]));

export const users: Map<number, User> = numbered(501, [
	{ name: '営業 一郎', code: 'eigyo1', role: 11 },
	{ name: '販売 花', code: 'hanbai1', role: 11 },
	{ name: '担当 健', code: 'tanto1', role: 12 },
	{ name: '窓口 由美', code: 'madoguchi1', role: 12 },
	{ name: '企画 誠', code: 'kikaku1', role: 13 },
]);

export const tags = numbered(61001, ['2025見本展', '要フォロー', '優先', 'メルマガ', '休眠']);
export const leadSources = numbered(211, ['展示会', 'セミナー', 'ウェブ', '紹介']);
export const products = numbered(31, ['商品A', '商品B', '商品C']);
export const industries = numbered(401, ['商社', '製造', '物流', 'サービス']);
export const categories = numbered(421, ['卸売・小売', '製造業', '運輸業', '情報通信業']);
export const workerBands = numbered(441, ['50人未満', '50-300人未満', '300-500人未満', '500人以上']);
export const capitalBands = numbered(461, ['1000万未満', '1000万-5000万未満', '5000万-1億未満', '1億以上']);
export const listings = numbered(481, ['未上場', '見本市場', '試作市場']);

export const leadStatuses = new Map([[1, 'アクティブ'], [2, '非アクティブ']]);

/** Names of the prefectures in Japanese, taken from the labels of the node's catalogue. */
export const prefectureNames = new Map(
	prefectures.map(({ name, value }) => [Number(value), /\((.+)\)/.exec(name)![1]]),
);

export type TableName = 'leads' | 'clients' | 'business_cards';

const options = (...entries: [number, string][]) => entries.map(([value, name]) => ({ name, value }));

/** Custom fields by object and id. */
export const customFields: Record<TableName, Record<string, FieldSpec>> = {
	leads: fields('Asia/Tokyo', {
		7001: text('契約番号', 3000),
		7002: date('初回訪問日'),
		7003: idList('関心分野', { choices: options([70031, '製造'], [70032, '物流'], [70033, '小売']) }),
		7004: integer('見込金額'),
		7005: choice('温度感', options([70051, '高'], [70052, '中'], [70053, '低'])),
	}),
	clients: fields('Asia/Tokyo', {
		8001: text('会社コード', 3000),
		8002: choice('締め日', options([80021, '月末'], [80022, '20日'])),
		8003: integer('取引額'),
	}),
	business_cards: fields('Asia/Tokyo', {
		8101: choice('名刺メモ区分', options([81011, '展示会'], [81012, '訪問'])),
		8102: text('紹介者', 3000),
	}),
};

/** The key that must be unique among leads, and among clients. */
export const uniqueKey = {
	leads: ({ family_name, first_name, client_id, email }: StoredRecord) => [family_name, first_name, client_id, email].join('\n'),
	clients: ({ name }: StoredRecord) => String(name),
};

/** A tenant's table by its name on the wire. */
export function tableOf(tenant: Tenant, name: TableName): Table {
	return name === 'business_cards' ? tenant.businessCards : tenant[name];
}

/** An independent copy of a tenant. */
export function copyTenant({ leads, clients, businessCards, departments, branches, taken, lastId }: Tenant): Tenant {
	return {
		leads: new Map(leads),
		clients: new Map(clients),
		businessCards: new Map(businessCards),
		departments,
		branches,
		taken: { leads: new Map(taken.leads), clients: new Map(taken.clients) },
		lastId: { ...lastId },
	};
}

/** A time, by default the current one, in the service's format. */
export function japanTime(at = Date.now()): string {
	// Japan has no daylight saving time: it is always UTC+9.
	return new Date(at + 9 * 3_600_000).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
