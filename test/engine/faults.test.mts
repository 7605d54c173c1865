import { readFile, writeFile } from 'node:fs/promises';

import type { INodeExecutionData } from 'n8n-workflow';

import { expected, expectedStops, expectedWhenStopped, faultsOf, spellsOf, stopsAtOnce } from './faults.mts';
import { unwatch, watch } from './faultObstacles.mts';
import { operations } from './faultOperations.mts';
import { pageOf } from './faultPage.mts';
import { carryOut, type Seen, type SeenItem, type Trial } from './faultTrial.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Every fault with every operation, over real HTTP: what was sent, what was stored, what the user reads. */

/** Written anew by `npm run docs:faults`. */
const PAGE = 'docs/faults.md';

const wells = operations.map((operation): Trial => ({ operation, lasts: 'stays' }));
const trials = operations.flatMap((operation) =>
	faultsOf(operation).flatMap((fault) => spellsOf(fault, operation).map((lasts) => ({ operation, fault, lasts }))),
);
/** The same where the node stops on an error, for all that ends with the first answer. */
const stopped = trials.filter(({ fault, operation, lasts }) => lasts === 'stays' && stopsAtOnce(fault, operation)).map((trial) => ({ ...trial, stops: true }));
const seen = new Map<Trial, Promise<Seen>>();

async function carryOutAll(queue: Trial[], atOnce: number): Promise<void> {
	const worker = async () => {
		for (let trial = queue.shift(); trial; trial = queue.shift()) {
			const one = carryOut(trial);
			seen.set(trial, one);
			await one.catch(() => {});
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
}

beforeAll(async () => {
	setTiming('WINDOW_MS', 600);
	watch();
	const isSlow = ({ fault }: Trial) => fault !== undefined && (fault.timeoutS !== undefined || fault.row === 'tooMany');
	const everything: Trial[] = [...wells, ...trials, ...stopped];
	// Those that wait need many places, the others would only slow each other down.
	await Promise.all([
		carryOutAll(everything.filter(isSlow), 24),
		carryOutAll(everything.filter((trial) => !isSlow(trial)), 4),
	]);
}, 300_000);
afterAll(() => {
	restoreTiming();
	unwatch();
});

/** What is the same in every trial: not the ids of new records, nor the address of a service of its own. */
const contentOf = ({ json, binary }: INodeExecutionData) => ({
	json: JSON.parse(JSON.stringify(json, (name, value: unknown) => (/Id$|^id$/.test(name) ? 'id' : typeof value === 'string' ? value.replace(/127\.0\.0\.1:\d+/, 'host') : value))) as object,
	files: Object.keys(binary ?? {}),
});

const titled = trials.map((trial) => {
	const { operation, fault, lasts } = trial;
	return [`${operation.service}, ${operation.name}: ${fault.name}, ${lasts}`, trial] as const;
});

test.each(wells.map((trial) => [`${trial.operation.service}, ${trial.operation.name}`, trial] as const))('%s goes well without a fault', async (_title, trial) => {
	const { before, after, does } = trial.operation;
	const { items, refused } = (await seen.get(trial)) as Seen;
	expect(refused).toBe(0);
	expect(items).toHaveLength(3);
	for (const { calls, stored, output, message } of items) {
		expect({ calls, stored, message }).toEqual({ calls: before + 1 + after, stored: does === 'read' ? 0 : 1, message: undefined });
		expect(output.length).toBeGreaterThan(0);
	}
});

test.each(titled)('%s', async (_title, trial) => {
	const { operation, fault, lasts } = trial;
	const well = (await seen.get(wells.find((one) => one.operation === operation) as Trial)) as Seen;
	const { status, items, order, stopped, refused, heard, showsKey, key } = (await seen.get(trial)) as Seen;

	expect(status).toBe('success');
	expect(stopped).toBe(expectedStops(fault, operation, lasts, items.length));
	// The service's own limit: of CRM Zen, one call in a waiting time.
	expect(refused).toBe(0);
	for (const [index, { place, calls, stored, output, message, description }] of items.entries()) {
		const { told, advice, mayBeStored, ...counts } = expected(fault, operation, lasts, place);
		expect({ place, calls, stored }).toEqual({ place, ...counts });
		if (told === undefined) {
			expect(message).toBeUndefined();
			const { output: usual } = well.items.find((one) => one.place === place) as SeenItem;
			// An empty answer has nothing to pass on but that the work is done.
			const isBare = place === 'hit' && typeof fault.order === 'object' && fault.order.effect === 'empty';
			if (isBare) expect(output).toMatchObject([{ json: { success: true } }]);
			else expect(output.map(contentOf)).toEqual(usual.map(contentOf));
			continue;
		}
		expect(output).toHaveLength(1);
		expect(message).toMatch(/^[A-Z][a-z ]+: /);
		expect(message?.replace(/^[A-Z][a-z ]+: /, '')).toBe(`${told} [item ${index}]`);
		expect(description).toContain(mayBeStored ? `The record may already exist. Check ${operation.service} before you retry this item` : (advice ?? ''));
		expect(description?.includes('already exist')).toBe(mayBeStored);
		expect(description).not.toBe('');
	}

	// What is sent again stays ahead of what came after it.
	if (operation.isOneRecord) expect(order).toEqual([...order].sort());
	expect(showsKey).toBe(false);
	expect(heard).toHaveLength(fault.isRedirect && operation.isFile ? 1 : 0);
	expect(heard.join()).not.toContain(key);
});

test.each(stopped.map((trial) => [`${trial.operation.service}, ${trial.operation.name}: ${trial.fault.name}`, trial] as const))(
	'%s stops the run, and the message says how far it came',
	async (_title, trial) => {
		const { fault, operation } = trial;
		const { status, items, error, showsKey } = (await seen.get(trial)) as Seen;
		const { calls, account } = expectedWhenStopped(fault, operation);
		expect(status).toBe('error');
		expect(items.map((item) => item.calls)).toEqual(calls);
		expect(error).toContain(`${fault.told} [item 1]`);
		expect(error).toMatch(account);
		expect(showsKey).toBe(false);
	},
);

test('docs/faults.md shows what was seen', async () => {
	const results = await Promise.all(trials.map(async (trial) => ({ ...trial, seen: (await seen.get(trial)) as Seen })));
	const page = pageOf(results);
	if (process.env.UPDATE_DOCS) await writeFile(PAGE, page);
	expect(page).toBe(await readFile(PAGE, 'utf8'));
});
