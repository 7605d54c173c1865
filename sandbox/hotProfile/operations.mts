import { statuses, openStatuses, prefectures } from '../../nodes/HotProfile/choices.ts';
import {
	businessCardFields, businessCardFilters, businessCardSort,
} from '../../nodes/HotProfile/resources/businessCard/fields.ts';
import { clientFields, clientFilters, clientSort } from '../../nodes/HotProfile/resources/client/fields.ts';
import { leadFields, leadFilters, leadSort } from '../../nodes/HotProfile/resources/lead/fields.ts';
import {
	choice, type Field, type Fields, fields, type FieldSpec, id, idList, integer, text,
} from '../../nodes/shared/fields/fields.ts';
import { customFields, type TableName } from './tenant.mts';

/**
 * Which parameters every path accepts. The fields come from the node's own catalogue; only what the service accepts
 * beyond them is declared here.
 */

export type Action = 'list' | 'create' | 'update' | 'delete';

export interface Operation {
	table: TableName;
	action: Action;
	/** Lists for Microsoft's connector have a slightly different shape. */
	flow: boolean;
	required: string[];
	/** Maximum rows per page. */
	pageSize: number;
	/** The field of an exact wire name. */
	find(wire: string): FieldSpec | undefined;
}

interface TableRules {
	fields: Fields;
	filters: Fields;
	sort: Fields;
	create: string[];
	update: string[];
	pageSize: number;
	flow: boolean;
}

const declareFields = (specs: Record<string, FieldSpec>): Fields => fields('Asia/Tokyo', specs);

const prefIds = { 'search[pref_ids]': idList('Prefectures', { term: '都道府県', choices: prefectures }) };

const tableRules: Record<TableName, TableRules> = {
	leads: {
		fields: leadFields,
		filters: {
			...declareFields({
				...prefIds,
				'search[client][name]': text('Client Name', undefined, { term: '会社名' }),
				'search[client_branch_id]': id('Branch ID', { term: '拠点ID' }),
				'search[client_branch_name]': text('Branch Name', undefined, { term: '拠点名' }),
				'search[owner_user_ids]': idList('Sales Reps', { term: '営業担当者' }),
				'search[tag_ids]': idList('Tags', { term: 'タグID' }),
				'search[interest_product_type_ids]': idList('Products', { term: '興味商品ID' }),
			}),
			...leadFilters,
		},
		sort: leadSort,
		create: ['client_id', 'family_name'],
		update: ['id', 'client_id'],
		pageSize: 100,
		flow: true,
	},
	clients: {
		fields: { ...declareFields({ industry_kbn: id('Industry Sector', { term: '業界' }) }), ...clientFields },
		filters: {
			...declareFields({
				...prefIds,
				'search[industry_kbn]': idList('Industry Sectors', { term: '業界' }),
				'search[business_category_kbn]': idList('Industries', { term: '業種（旧分類）' }),
				'search[worker_number_kbn]': idList('Employees', { term: '従業員数' }),
				'search[capital_kbn]': idList('Capital', { term: '資本金' }),
				'search[ipo_kbn]': idList('Listing', { term: '上場区分' }),
			}),
			...clientFilters,
		},
		sort: clientSort,
		create: ['name'],
		update: ['id'],
		pageSize: 1000,
		flow: true,
	},
	business_cards: {
		fields: businessCardFields,
		filters: {
			...declareFields({
				...prefIds,
				'search[client_id]': id('Client ID', { term: '会社ID' }),
				'search[client_branch_id]': id('Branch ID', { term: '拠点ID' }),
				'search[client_branch_name]': text('Branch Name', undefined, { term: '拠点名' }),
				'search[client][corporate_number]': text('Corporate Number', undefined, { term: '法人番号' }),
				'search[organization_id]': id('Department ID', { term: '部署ID' }),
				'search[status]': idList('Status', { term: 'ステータス', choices: statuses }),
				'search[open_status]': idList('Visibility', { term: '公開ステータス', choices: openStatuses }),
				'search[owner_user_id]': id('Owner', { term: '名刺所有者' }),
				'search[owner_user_ids]': idList('Owners', { term: '名刺所有者', separate: 'comma' }),
				'search[owner_user_code]': text('Owner Code', undefined, { term: '名刺所有者' }),
				'search[tag_ids]': idList('Tags', { term: 'タグ' }),
				'search[lead_source_kbn_ids]': idList('Lead Sources', { term: 'リードソース' }),
			}),
			...businessCardFilters,
		},
		sort: businessCardSort,
		create: ['client_id', 'family_name', 'status', 'open_status'],
		update: ['id', 'client_id'],
		pageSize: 1000,
		flow: false,
	},
};

/** Parameters of every list. The list itself rejects too large a page, because that response has another status. */
const paging = declareFields({
	'page[number]': integer('Page', { term: 'ページ番号', min: 1 }),
	'page[display_number]': integer('Rows', { term: '1ページの取得件数', min: 1 }),
	'page[date_format_option]': choice('Date Format', [{ name: 'Usual', value: 0 }, { name: 'ISO', value: 1 }], {
		term: '日付項目フォーマット指定オプション',
	}),
});

/** The writable fields of a table. */
export const writableFields = (table: TableName): Fields => tableRules[table].fields;

/** A list of ids is sent as one parameter per id with empty brackets, unless the ids are separated by commas. */
function wireName({ kind, wire, separate }: Field): string {
	return kind === 'idList' && separate !== 'comma' && !wire.endsWith('[]') ? `${wire}[]` : wire;
}

const byWire = (...catalogues: Fields[]) =>
	new Map<string, FieldSpec>(catalogues.flatMap((all) => Object.values(all)).map((field) => [wireName(field), field]));

/** Custom fields have their id in the name; multi-value ones also have empty brackets. */
function findCustom(table: TableName, number: string, several: boolean): FieldSpec | undefined {
	const field = customFields[table][number];
	return field && (field.kind === 'idList') === several ? field : undefined;
}

const matchPattern = text('Pattern', 5, { term: '検索方式' });

function listParameters(table: TableName): Operation['find'] {
	const { filters, sort } = tableRules[table];
	const order = {
		'order[key]': { ...sort['order[key]'], term: 'ソートする項目' },
		'order[type]': { ...sort['order[type]'], term: 'ソート向き' },
	};
	const known = byWire(filters, paging, order);
	return (wire) => {
		const custom = /^(?:search\[items\]\[\]|pattern_match\[items\])\[(\d+)\](\[exact\])?$/.exec(wire);
		if (custom) return customFields[table][custom[1]] && (custom[2] ? matchPattern : text(customFields[table][custom[1]].label));
		const pattern = /^pattern_match(\[.+\])\[normalized\]$/.exec(wire);
		if (pattern) return known.get(`search${pattern[1]}`)?.kind === 'text' ? matchPattern : undefined;
		return known.get(wire);
	};
}

function writeParameters(table: TableName, action: 'create' | 'update'): Operation['find'] {
	const known = byWire(tableRules[table].fields);
	return (wire) => {
		if (wire === 'id' && action === 'create') return undefined;
		const custom = /^items\[(\d+)\](\[\])?$/.exec(wire);
		return custom ? findCustom(table, custom[1], custom[2] !== undefined) : known.get(wire);
	};
}

function operationsOf(table: TableName): [string, Operation][] {
	const { fields: all, create, update, pageSize, flow } = tableRules[table];
	const base = { table, flow: false, pageSize, required: [] };
	const list: Operation = { ...base, action: 'list', find: listParameters(table) };
	return [
		[`${table}/get_entry_list`, list],
		...(flow ? [[`${table}/get_entry_list_flow`, { ...list, flow }] as [string, Operation]] : []),
		[`${table}/create`, { ...base, action: 'create', required: create, find: writeParameters(table, 'create') }],
		[`${table}/update`, { ...base, action: 'update', required: update, find: writeParameters(table, 'update') }],
		[`${table}/delete`, { ...base, action: 'delete', required: ['id'], find: (wire) => (wire === 'id' ? all.id : undefined) }],
	];
}

/** Every operation by its path below `/rest_api/v1/`. */
export const operations = new Map((Object.keys(tableRules) as TableName[]).flatMap(operationsOf));
