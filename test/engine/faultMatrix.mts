import { readFile, writeFile } from 'node:fs/promises';

import type { INodeExecutionData } from 'n8n-workflow';

import { expected, expectedBlocked, expectedWhenStopped, faultsOf, durationsOf, failsImmediately, type ServiceName } from './faults.mts';
import { mockTimeouts } from './faultTimeouts.mts';
import { installHooks, removeHooks } from './faultObstacles.mts';
import { operations } from './faultOperations.mts';
import { headOf, sectionOf, withPart } from './faultPage.mts';
import { type ItemObservation, type Observation, runTrial, type Trial } from './faultTrial.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Registers the fault matrix: every fault with every operation of a service, over real HTTP. */

/** Rewritten by `npm run docs:faults`. */
const PAGE = 'docs/faults.md';
/** Long enough for tests that wait in a lane. */
const TIMEOUT_MS = 300_000;
/** How many trials run at the same time: those that mostly wait, and those that use the CPU. */
const CONCURRENCY = { waiting: 24, busy: 6 };

const allTrials = operations.flatMap((operation) =>
	faultsOf(operation).flatMap((fault) => durationsOf(fault, operation).map((duration) => ({ operation, fault, duration }))),
);

/** Limits the number of tasks that run at the same time, first in, first out. */
function createLane(size: number) {
	const queue: Array<() => void> = [];
	let running = 0;
	return async <Result,>(task: () => Promise<Result>): Promise<Result> => {
		if (running >= size) await new Promise<void>((start) => queue.push(start));
		else running++;
		try {
			return await task();
		} finally {
			const next = queue.shift();
			if (next) next();
			else running--;
		}
	};
}

/**
 * Runs each trial once, when a test first asks for it: with `-t`, only the selected tests' trials run.
 * @example npx jest test/engine/faults -t "429"
 */
function observer() {
	const lanes = { waiting: createLane(CONCURRENCY.waiting), busy: createLane(CONCURRENCY.busy) };
	const observations = new Map<Trial, Promise<Observation>>();
	return async (trial: Trial): Promise<Observation> => {
		let observation = observations.get(trial);
		if (!observation) {
			const run = trial.fault?.row === 'rateLimited' ? lanes.waiting : lanes.busy;
			observations.set(trial, (observation = run(async () => await runTrial(trial))));
		}
		return await observation;
	};
}

/** Removes what differs in every trial: IDs of new records and the service's port. */
const contentOf = ({ json, binary }: INodeExecutionData) => ({
	json: JSON.parse(JSON.stringify(json, (name, value: unknown) => (/Id$|^id$/.test(name) ? 'id' : typeof value === 'string' ? value.replace(/127\.0\.0\.1:\d+/, 'host') : value))) as object,
	files: Object.keys(binary ?? {}),
});

/** Compares as text first: Jest takes much longer for rows of 60 keys, but shows what differs. */
function expectSameContent(output: INodeExecutionData[], baseline: INodeExecutionData[]): void {
	const [contents, baselineContents] = [output.map(contentOf), baseline.map(contentOf)];
	if (JSON.stringify(contents) !== JSON.stringify(baselineContents)) expect(contents).toEqual(baselineContents);
}

/** Defines the tests of one service, and of its section of docs/faults.md. */
export function testFaults(service: ServiceName): void {
	const trials = allTrials.filter(({ operation }) => operation.service === service);
	const baselines = new Map(operations.filter((operation) => operation.service === service).map((operation): [Trial['operation'], Trial] => [operation, { operation, duration: 'permanent' }]));
	/** The same with a node that stops on an error, for all faults that fail on the first response. */
	const stopped = trials.filter(({ fault, operation, duration }) => duration === 'permanent' && failsImmediately(fault, operation)).map((trial) => ({ ...trial, stopOnError: true }));
	const observe = observer();

	beforeAll(() => {
		setTiming('WINDOW_MS', 600);
		installHooks();
		mockTimeouts();
	});
	afterAll(() => {
		restoreTiming();
		removeHooks();
	});

	test.concurrent.each([...baselines.values()].map((trial) => [trial.operation.name, trial] as const))(`${service}, %s succeeds without a fault`, async (_title, trial) => {
		const { before, after, kind } = trial.operation;
		const { items, refused } = await observe(trial);
		expect(refused).toBe(0);
		expect(items).toHaveLength(3);
		for (const { calls, stored, output, message } of items) {
			expect({ calls, stored, message }).toEqual({ calls: before + 1 + after, stored: kind === 'read' ? 0 : 1, message: undefined });
			expect(output.length).toBeGreaterThan(0);
		}
	}, TIMEOUT_MS);

	test.concurrent.each(trials.map((trial) => [`${trial.operation.name}: ${trial.fault.name}, ${trial.duration}`, trial] as const))(`${service}, %s`, async (_title, trial) => {
		const { operation, fault, duration } = trial;
		const baseline = await observe(baselines.get(operation) as Trial);
		const { status, items, callOrder, blocked, refused, received, showsKey, key } = await observe(trial);

		expect(status).toBe('success');
		expect(blocked).toBe(expectedBlocked(fault, operation, duration, items.length));
		// The service's own limit; for CRM Zen, one call per waiting time.
		expect(refused).toBe(0);
		for (const [index, { position, calls, stored, output, message, description }] of items.entries()) {
			const { message: expectedMessage, description: expectedDescription, mayBeStored, ...counts } = expected(fault, operation, duration, position);
			expect({ position, calls, stored }).toEqual({ position, ...counts });
			if (expectedMessage === undefined) {
				expect(message).toBeUndefined();
				const { output: baselineOutput } = baseline.items.find((one) => one.position === position) as ItemObservation;
				// An empty response contains nothing to output but the success itself.
				const isEmpty = position === 'failing' && typeof fault.injection === 'object' && fault.injection.effect === 'empty';
				if (isEmpty) expect(output).toMatchObject([{ json: { success: true } }]);
				else expectSameContent(output, baselineOutput);
				continue;
			}
			expect(output).toHaveLength(1);
			expect(message).toMatch(/^[A-Z][a-z ]+: /);
			expect(message?.replace(/^[A-Z][a-z ]+: /, '')).toBe(`${expectedMessage} [item ${index}]`);
			expect(description).toContain(mayBeStored ? `The record may already exist. Check ${operation.service} before you retry this item` : (expectedDescription ?? ''));
			expect(description?.includes('already exist')).toBe(mayBeStored);
			expect(description).not.toBe('');
		}

		// A retry stays ahead of later updates of the same record.
		if (operation.updatesOneRecord) expect(callOrder).toEqual([...callOrder].sort());
		expect(showsKey).toBe(false);
		expect(received).toHaveLength(fault.isRedirect && operation.isFile ? 1 : 0);
		expect(received.join()).not.toContain(key);
	}, TIMEOUT_MS);

	test.concurrent.each(stopped.map((trial) => [`${trial.operation.name}: ${trial.fault.name}`, trial] as const))(
		`${service}, %s stops the run, and the message reports the progress`,
		async (_title, trial) => {
			const { fault, operation } = trial;
			const { status, items, error, showsKey } = await observe(trial);
			const { calls, summary } = expectedWhenStopped(fault, operation);
			expect(status).toBe('error');
			expect(items.map((item) => item.calls)).toEqual(calls);
			expect(error).toContain(`${fault.message} [item 1]`);
			expect(error).toMatch(summary);
			expect(showsKey).toBe(false);
		},
		TIMEOUT_MS,
	);

	test(`docs/faults.md matches the observed behavior of ${service}`, async () => {
		const results = await Promise.all(trials.map(async (trial) => ({ ...trial, observation: await observe(trial) })));
		const [head, section] = [headOf(allTrials.length), sectionOf(service, results)];
		const page = await readFile(PAGE, 'utf8');
		const updated = withPart(withPart(page, head), section);
		if (process.env.UPDATE_DOCS) await writeFile(PAGE, updated);
		else expect(updated).toBe(page);
	}, TIMEOUT_MS);
}
