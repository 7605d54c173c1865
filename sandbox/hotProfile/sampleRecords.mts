import { businessCardFields } from '../../nodes/HotProfile/resources/businessCard/fields.ts';
import { clientFields } from '../../nodes/HotProfile/resources/client/fields.ts';
import { leadFields } from '../../nodes/HotProfile/resources/lead/fields.ts';
import type { Field } from '../../nodes/shared/fields/index.ts';
import { Random } from '../random.mts';
import {
	capitalBands, categories, industries, japanTime, leadSources, listings, products, type StoredRecord, type Table, tags,
	type Tenant, uniqueKey, users, type Value, workerBands,
} from './tenant.mts';
import {
	companyFirst, companySecond, companyThird, events, familyNames, givenNames, notes, places, posts,
} from './sampleData.mts';

/** How many records there are. */
export interface Sizes {
	leads: number;
	clients: number;
	businessCards: number;
}

/** The latest time in the sample data, fixed so that every run has the same records. */
const LAST_MOMENT = Date.UTC(2025, 5, 30, 9);
const DAY = 86_400_000;

const FIRST_IDS = { leads: 4_100_001, clients: 1_250_001, businessCards: 880_001 };

/** A new record without its id and times, which are set for all tables alike. */
type NewRecord = Record<string, Value | StoredRecord['items'] | StoredRecord['hidden']> & Pick<StoredRecord, 'items'>;

const tenants = new Map<string, Tenant>();

/** The sample records of a seed. Services with the same seed share them, so copy them before any change. */
export function sampleTenant(seed: number, sizes: Sizes): Tenant {
	const key = JSON.stringify([seed, sizes]);
	let tenant = tenants.get(key);
	if (!tenant) tenants.set(key, (tenant = makeTenant(seed, sizes)));
	return tenant;
}

/** Generates the records; the same seed always gives the same ones. */
function makeTenant(seed: number, sizes: Sizes): Tenant {
	const random = new Random(seed);
	const tenant: Tenant = {
		leads: new Map(), clients: new Map(), businessCards: new Map(), departments: new Map(), branches: new Map(),
		taken: { leads: new Map(), clients: new Map() },
		lastId: {
			leads: FIRST_IDS.leads + sizes.leads - 1,
			clients: FIRST_IDS.clients + sizes.clients - 1,
			business_cards: FIRST_IDS.businessCards + sizes.businessCards - 1,
		},
	};
	fill(tenant.clients, FIRST_IDS.clients, sizes.clients, (id, index) => makeClient(random, tenant, id, index));
	const companies = companiesOf(tenant);
	fill(tenant.leads, FIRST_IDS.leads, sizes.leads, (id) => makeLead(random, companies, id));
	fill(tenant.businessCards, FIRST_IDS.businessCards, sizes.businessCards, (id) => makeCard(random, companies, id));
	for (const client of tenant.clients.values()) tenant.taken.clients.set(uniqueKey.clients(client), client.id);
	for (const lead of tenant.leads.values()) tenant.taken.leads.set(uniqueKey.leads(lead), lead.id);

	/** Adds records, each created a little later than the one before. */
	function fill(
		table: Table, first: number, count: number, make: (id: number, index: number) => NewRecord,
	) {
		for (let index = 0; index < count; index += 1) {
			const id = first + index;
			const created = LAST_MOMENT - (count - index) * ((600 * DAY) / count) + random.whole(0, 60_000);
			const updated = random.percent(40) ? created : Math.min(LAST_MOMENT, created + random.whole(1, 60) * DAY);
			table.set(id, {
				hidden: { items: [], custom_items: [] },
				...make(id, index),
				id,
				created_at: japanTime(created),
				updated_at: japanTime(updated),
			});
		}
	}
	return tenant;
}

/** The value that each field of a table has until it is set. */
export function emptyValues(catalogue: Record<string, Field>): Record<string, Value> {
	const values = Object.values(catalogue).map(({ wire, kind }): [string, Value] => {
		if (kind === 'flag') return [wire, 0];
		if (kind === 'idList') return [wire.replace('[]', ''), []];
		return [wire, ['text', 'email', 'url', 'digits'].includes(kind) ? '' : null];
	});
	return Object.fromEntries(values);
}

const emptyLead = emptyValues(leadFields);
const emptyClient = emptyValues(clientFields);
const emptyCard = emptyValues(businessCardFields);

/** A company with its departments and branches. */
interface Company {
	client: StoredRecord;
	departments: number[];
	branches: number[];
}

function companiesOf({ clients, departments, branches }: Tenant): Company[] {
	const all = new Map([...clients].map(([id, client]): [number, Company] => [id, { client, departments: [], branches: [] }]));
	for (const [id, { client_id }] of departments) all.get(client_id)!.departments.push(id);
	for (const [id, { client_id }] of branches) all.get(client_id)!.branches.push(id);
	return [...all.values()];
}

const ids = (master: Map<number, unknown>) => [...master.keys()];

function makeClient(random: Random, tenant: Tenant, id: number, index: number): NewRecord {
	// 617 and 1,000 are coprime: no combination repeats before all have been used.
	const mixed = (index * 617) % 1000;
	const parts = [companyFirst[mixed % 10], companySecond[Math.floor(mixed / 10) % 10], companyThird[Math.floor(mixed / 100)]];
	const round = index < 1000 ? '' : String(Math.floor(index / 1000) + 1);
	const short = parts.map(([kanji]) => kanji).join('') + round;
	const [pref, zip, area, city, latitude, longitude] = random.pick(places);
	const domain = `${parts.map(([, , romaji]) => romaji).join('-')}${round}.example.co.jp`;
	if (random.percent(40)) addDepartments(tenant, id);
	if (random.percent(15)) tenant.branches.set(90_001 + tenant.branches.size, { client_id: id, name: `${city.slice(0, 2)}支店` });
	return {
		...emptyClient,
		name: random.percent(80) ? `株式会社${short}` : `${short}${random.pick(['株式会社', '有限会社', '合同会社'])}`,
		name_kana: parts.map(([, kana]) => kana).join('') + round,
		name_disp: short,
		zip,
		pref_id: pref,
		address: `${city}見本町${random.whole(1, 9)}-${random.whole(1, 30)}-${random.whole(1, 20)}`,
		...(random.percent(70) ? position(random, latitude, longitude) : {}),
		industry_kbn: random.pick([...ids(industries), null]),
		business_category_kbn: random.pick([...ids(categories), null]),
		worker_number_kbn: random.pick([...ids(workerBands), null]),
		capital_kbn: random.pick([...ids(capitalBands), null]),
		ipo_kbn: random.pick([...ids(listings), null]),
		sales_last_year: random.percent(50) ? String(random.whole(10, 900) * 10_000_000) : '',
		main_tel: phone(random, area),
		url: `https://www.${domain}/`,
		mail_domain: domain,
		user_id: random.pick([...ids(users), null]),
		note: random.pick(notes),
		// The first digit is never 0, so that the number keeps its 13 digits.
		corporate_number: random.percent(80) ? random.whole(1, 9) * 10 ** 12 + random.whole(0, 10 ** 12 - 1) : null,
		items: { 8001: String(index).padStart(5, '0'), 8002: random.pick([80021, 80022]), 8003: String(random.whole(0, 9_999_999)) },
	};
}

function addDepartments(tenant: Tenant, client_id: number): void {
	const first = 3_300_001 + tenant.departments.size;
	tenant.departments.set(first, { client_id, levels: ['営業本部'] });
	tenant.departments.set(first + 1, { client_id, levels: ['営業本部', '第二課'] });
}

const position = (random: Random, latitude: number, longitude: number) => ({
	latitude: (latitude + random.next() / 10).toFixed(7),
	longitude: (longitude + random.next() / 10).toFixed(7),
});

const phone = (random: Random, area: string) => `${area}-0000-${String(random.whole(0, 9999)).padStart(4, '0')}`;

/** What leads and business cards have in common: a person at a company. */
function makePerson(random: Random, companies: Company[]): Partial<StoredRecord> {
	const { client, departments, branches } = random.pick(companies);
	const [familyName, familyKana, familyRomaji] = random.pick(familyNames);
	const [firstName, firstKana, firstRomaji] = random.pick(givenNames);
	const [pref, zip, area, city, latitude, longitude] = random.pick(places);
	const hasAddress = random.percent(85);
	return {
		client_id: client.id,
		client_branch_id: branches.length > 0 && random.percent(50) ? branches[0] : null,
		organization_id: departments.length > 0 ? random.pick(departments) : null,
		post: random.pick(posts),
		family_name: familyName,
		first_name: firstName,
		family_name_kana: familyKana,
		first_name_kana: firstKana,
		tel: random.percent(90) ? phone(random, area) : '',
		extension: random.percent(10) ? String(random.whole(0, 999)).padStart(4, '0') : '',
		fax: random.percent(30) ? phone(random, area) : '',
		email: `${familyRomaji}.${firstRomaji}@${client.mail_domain}`,
		mobile_tel: random.percent(30) ? phone(random, '090') : '',
		mobile_email: random.percent(5) ? `${firstRomaji}@mobile.example.com` : '',
		...(hasAddress ? { zip, pref_id: pref } : {}),
		address: hasAddress ? `${city}見本町${random.whole(1, 9)}-${random.whole(1, 30)}-${random.whole(1, 20)} 見本ビル${random.whole(1, 12)}F` : '',
		url: client.url,
		...(random.percent(50) ? position(random, latitude, longitude) : {}),
		lead_source_kbn_id: random.pick([...ids(leadSources), null]),
		lead_source: random.pick(events),
		tag_ids: random.some(ids(tags), 2),
		note: random.pick(notes),
		owner_user_id: random.pick(ids(users)),
	};
}

const randomDay = (random: Random) => japanTime(LAST_MOMENT - random.whole(0, 600) * DAY).slice(0, 10);

/** Hides values of a few records from the key's user. */
const hidden = (random: Random, tagField: string, customField: number) =>
	random.percent(4)
		? { items: random.pick([['lead_source_kbn_id', 'lead_source'], ['pref_id', tagField], ['note', 'first_name']]), custom_items: [customField] }
		: { items: [], custom_items: [] };

function makeLead(random: Random, companies: Company[], id: number): NewRecord {
	const flags = Object.values(leadFields).filter(({ kind }) => kind === 'flag').map(({ wire }) => [wire, random.percent(8) ? 1 : 0]);
	const person = makePerson(random, companies);
	return {
		...emptyLead,
		...person,
		// Names can repeat within a company, but the service requires name and email together to be unique.
		email: String(person.email).replace('@', `${id % 10_000}@`),
		lead_status: random.pick([1, 1, 1, 2, null]),
		...Object.fromEntries(flags),
		interest_product_type_ids: random.some(ids(products), 2),
		customer_id: random.percent(30) ? `C-${String(id % 1_000_000).padStart(6, '0')}` : '',
		user_ids: random.some(ids(users), 2),
		trade_on: randomDay(random),
		items: random.percent(70)
			? {
				7001: `A-${id % 10_000}`, 7002: randomDay(random), 7003: random.some([70031, 70032, 70033], 2),
				7004: String(random.whole(1, 900) * 10_000), 7005: random.pick([70051, 70052, 70053]),
			}
			: {},
		hidden: hidden(random, 'tags', 7001),
	};
}

function makeCard(random: Random, companies: Company[], id: number): NewRecord {
	return {
		...emptyCard,
		...makePerson(random, companies),
		status: random.pick([1, 1, 1, 2]),
		open_status: random.pick([1, 1, 1, 2, 3]),
		trade_on: random.percent(90) ? randomDay(random) : null,
		direct_note: random.percent(10) ? '名刺交換時に名古屋の話' : '',
		request_key: random.percent(10) ? `Q${id}` : null,
		items: { 8101: random.pick([81011, 81012]) },
		hidden: hidden(random, 'tag_ids', 8101),
	};
}
