import type { Field } from '../../nodes/shared/fields/index.ts';
import { type Input, labelOf, ValidationError } from './validation.mts';
import { clientLabels } from './columns.mts';
import { emptyValues } from './sampleRecords.mts';
import { writableFields } from './operations.mts';
import {
	japanTime, leadSources, products, type StoredRecord, type TableName, tableOf, tags, type Tenant, uniqueKey, users, type Value,
} from './tenant.mts';

const emptyRecords: Record<TableName, Record<string, Value>> = {
	leads: emptyValues(writableFields('leads')),
	clients: emptyValues(writableFields('clients')),
	business_cards: emptyValues(writableFields('business_cards')),
};

/** The records that ids must refer to, by field. */
const masters = (tenant: Tenant): Record<string, Map<number, unknown>> => ({
	client_id: tenant.clients,
	client_branch_id: tenant.branches,
	organization_id: tenant.departments,
	owner_user_id: users,
	user_id: users,
	user_ids: users,
	tag_ids: tags,
	lead_source_kbn_id: leadSources,
	interest_product_type_ids: products,
	...clientLabels,
});

/** An error for each id that does not exist. */
export function unknownIds(table: TableName, input: Input, tenant: Tenant): ValidationError[] {
	const known: Record<string, Map<number, unknown>> = { ...masters(tenant), id: tableOf(tenant, table) };
	return [...input].flatMap(([name, value]) => {
		const missing = known[name] && [value].flat().find((id) => id !== null && !known[name].has(Number(id)));
		return missing === undefined ? [] : [unknownId(table, name, missing)];
	});
}

function unknownId(table: TableName, name: string, id: Value): ValidationError {
	const all = writableFields(table);
	const label = labelOf(all[name] ?? all[`${name}[]`]);
	return new ValidationError(`${label}は登録されていません。`, `${name}: there is no ${id}`);
}

/** Adds a record. */
export function create(table: TableName, input: Input, tenant: Tenant): StoredRecord {
	const id = tenant.lastId[table] + 1;
	const now = japanTime();
	const record: StoredRecord = {
		...emptyRecords[table], id, created_at: now, updated_at: now, items: {}, hidden: { items: [], custom_items: [] },
	};
	applyInput(record, input, tenant);
	checks[table](record, input, tenant);
	tenant.lastId[table] = id;
	return save(table, record, undefined, tenant);
}

/** Changes only the fields that were sent. */
export function update(table: TableName, input: Input, tenant: Tenant): StoredRecord {
	const before = tableOf(tenant, table).get(Number(input.get('id')))!;
	const record = { ...before, items: { ...before.items }, updated_at: japanTime() };
	applyInput(record, input, tenant);
	checks[table](record, input, tenant);
	return save(table, record, before, tenant);
}

/** Deletes a record, unless it is a company in use. */
export function remove(table: TableName, input: Input, tenant: Tenant): StoredRecord {
	const records = tableOf(tenant, table);
	const record = records.get(Number(input.get('id')))!;
	const users = table === 'clients' ? [...tenant.leads.values(), ...tenant.businessCards.values()] : [];
	if (users.some(({ client_id }) => client_id === record.id)) {
		throw new ValidationError('会社は使用されているため削除できません。', `client ${record.id} has leads or cards`);
	}
	records.delete(record.id);
	if (table !== 'business_cards') tenant.taken[table].delete(uniqueKey[table](record));
	return record;
}

/** Stores a validated record. */
function save(table: TableName, record: StoredRecord, before: StoredRecord | undefined, tenant: Tenant): StoredRecord {
	if (table !== 'business_cards') {
		if (before) tenant.taken[table].delete(uniqueKey[table](before));
		tenant.taken[table].set(uniqueKey[table](record), record.id);
	}
	tableOf(tenant, table).set(record.id, record);
	return record;
}

function applyInput(record: StoredRecord, input: Input, tenant: Tenant): void {
	for (const [name, value] of input) {
		const custom = /^items\[(\d+)\]$/.exec(name);
		if (custom) record.items[Number(custom[1])] = value;
		else record[name] = value;
	}
	const branch = tenant.branches.get(Number(input.get('client_branch_id')));
	if (branch) record.client_id = branch.client_id;
}

/** A department belongs to one company. */
function checkDepartment({ organization_id, client_id }: StoredRecord, tenant: Tenant): void {
	const department = tenant.departments.get(organization_id as number);
	if (department && department.client_id !== client_id) {
		throw new ValidationError('部署IDは会社に所属していません。', `organization_id ${organization_id} is no department of client ${client_id}`);
	}
}

function checkLead(record: StoredRecord, _input: Input, tenant: Tenant): void {
	checkFilled(record, writableFields('leads').family_name);
	checkDepartment(record, tenant);
	const other = tenant.taken.leads.get(uniqueKey.leads(record)) ?? record.id;
	if (other !== record.id) throw new ValidationError('リードは既に登録されています。', `lead ${other} has the same names, client and email`);
}

function checkCard(record: StoredRecord, _input: Input, tenant: Tenant): void {
	const { family_name, status, open_status } = writableFields('business_cards');
	[family_name, status, open_status].forEach((field) => checkFilled(record, field));
	checkDepartment(record, tenant);
}

const LEGAL_FORMS = /株式会社|有限会社|合同会社|合資会社|合名会社|（株）|\(株\)|㈱|（有）|\(有\)|㈲/g;

function checkClient(record: StoredRecord, input: Input, tenant: Tenant): void {
	checkFilled(record, writableFields('clients').name);
	const other = tenant.taken.clients.get(uniqueKey.clients(record)) ?? record.id;
	if (other !== record.id) throw new ValidationError('会社名は既に登録されています。', `client ${other} has the same name`);
	if (input.has('name') && !input.get('name_disp')) {
		record.name_disp = String(record.name).replace(LEGAL_FORMS, '').trim();
		if (!record.name_disp) throw new ValidationError('会社名略称を入力してください。', 'name is only a legal form, so nothing is left for name_disp');
	}
}

/** An update may omit a required field, but not clear it. */
function checkFilled(record: StoredRecord, field: Field): void {
	if (String(record[field.wire] ?? '').trim() === '') {
		throw new ValidationError(`${labelOf(field)}を入力してください。`, `${field.wire} must not be empty`);
	}
}

const checks: Record<TableName, (record: StoredRecord, input: Input, tenant: Tenant) => void> = {
	leads: checkLead,
	clients: checkClient,
	business_cards: checkCard,
};
