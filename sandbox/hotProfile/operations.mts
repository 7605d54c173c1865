import {
	businessCardFields, businessCardFilters, businessCardSort,
} from '../../nodes/HotProfile/resources/businessCard/fields.ts';
import { clientFields, clientFilters, clientSort } from '../../nodes/HotProfile/resources/client/fields.ts';
import { leadFields, leadFilters, leadSort } from '../../nodes/HotProfile/resources/lead/fields.ts';
import {
	choice, type Field, type Fields, fields, type FieldSpec, id, integer, text,
} from '../../nodes/shared/fields/index.ts';
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

const tableRules: Record<TableName, TableRules> = {
	leads: {
		fields: leadFields,
		filters: {
			...declareFields({ 'search[client][name]': text('Client Name', undefined, { term: '会社名' }) }),
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
		filters: clientFilters,
		sort: clientSort,
		create: ['name'],
		update: ['id'],
		pageSize: 1000,
		flow: true,
	},
	business_cards: {
		fields: businessCardFields,
		filters: businessCardFilters,
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

const byWire = (...catalogues: Fields[]) =>
	new Map<string, FieldSpec>(catalogues.flatMap((all) => Object.values(all)).map((field: Field) => [field.wire, field]));

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
	// In the node, these stand for the parameters that are read below.
	for (const name of ['search[items]', 'pattern_match[normalized]']) known.delete(name);
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
