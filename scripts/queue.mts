import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type HotProfileService, startHotProfile } from '../sandbox/hotProfile/index.mts';
import { ensureN8n } from './n8n/install.mts';
import { buildPackage } from './pack.mts';
import { UserError } from './userError.mts';
import { progress } from './progress.mts';
import { type Cluster, startCluster } from './queue/cluster.mts';
import { executionsOf, type ListedExecution, publishWorkflow, ROWS, rowsOf, countLeads, trigger } from './queue/leads.mts';
import { startStores } from './queue/stores.mts';
import { SANDBOX_KEY } from './sandboxes.mts';

/**
 * Runs `npm run test:queue`: n8n in queue mode, its main process and three workers with the packed package, on
 * Redis and PostgreSQL. Executions of 40 creates each share one credential with default settings. The
 * sandbox refuses what is over the limit, 100 calls in any minute and 2 at once; the workers do not know about each other.
 */

const WORKERS = 3;
const LIMIT = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 };
/** Response times in ms, as on the internet. */
const DELAY = [20, 200] as const;
const MAX_REFUSED = 0.08;
const MAX_TIME = 1.1;
/** n8n takes one to two minutes to notice that a worker is gone. */
const CRASH_TIMEOUT_MS = 5 * 60_000;

const { values } = parseArgs({ options: { executions: { type: 'string', default: '30' } } });
const EXECUTIONS = Number(values.executions);

const { step, done } = progress();
const failures: string[] = [];
let passed = 0;

function check(what: string, isTrue: boolean): void {
	done();
	console.log(`  ${isTrue ? 'ok    ' : 'FAILED'} ${what}`);
	if (isTrue) passed++;
	else failures.push(what);
}

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const isOver = ({ status }: ListedExecution) => !['new', 'running', 'waiting'].includes(status);
const countByStatus = (executions: ListedExecution[]) => {
	const counts = new Map<string, number>();
	for (const { status } of executions) counts.set(status, (counts.get(status) ?? 0) + 1);
	return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
};

interface TestBed {
	cluster: Cluster;
	sandbox: HotProfileService;
	credential: { id: string; name: string };
}

/** Starts all executions and returns the id of their workflow. */
async function startExecutions({ cluster, sandbox, credential }: TestBed, scene: string): Promise<string> {
	sandbox.reset();
	sandbox.delay(...DELAY);
	const [clientId] = sandbox.clients.keys();
	const workflowId = await publishWorkflow(cluster.rest, scene, credential, false);
	await Promise.all(Array.from({ length: EXECUTIONS }, async (_, batch) => await trigger(cluster.url, scene, rowsOf(scene, batch, clientId))));
	return workflowId;
}

/** Waits until a number of executions of a workflow have ended. */
async function waitForExecutions({ cluster, sandbox }: TestBed, workflowId: string, count: number, timeoutMs = Infinity): Promise<ListedExecution[]> {
	for (const deadline = Date.now() + timeoutMs; ; await sleep(2_000)) {
		const executions = await executionsOf(cluster.rest, workflowId);
		const { calls, refused } = sandbox.figures();
		step(`Running: ${countByStatus(executions)}; ${calls} calls, ${refused} refused`);
		if ((executions.length === count && executions.every(isOver)) || Date.now() > deadline) return executions;
	}
}

/** Checks what the service saw. */
function report({ sandbox }: TestBed, what: string): void {
	const { calls, refused, worstWindowTaken } = sandbox.figures();
	const atOnce = sandbox.journal.filter((call) => call.refused && call.reason?.endsWith('at once')).length;
	const arrivals = sandbox.journal.filter((call) => !call.refused).map(({ at }) => at);
	const took = arrivals[arrivals.length - 1] - arrivals[0];
	const allowed = (arrivals.length / LIMIT.maxCalls) * LIMIT.windowMs;
	const earliest = (Math.ceil(arrivals.length / LIMIT.maxCalls) - 1) * LIMIT.windowMs;
	check(`${what}: ${refused} of ${calls} calls refused, ${percent(refused / calls)} (${refused - atOnce} by the full window, ${atOnce} by the number at once), below ${percent(MAX_REFUSED)}`, refused < calls * MAX_REFUSED);
	check(`${what}: ${arrivals.length} calls taken in ${seconds(took)}; at ${LIMIT.maxCalls} a minute that is ${seconds(allowed)} (${percent(took / allowed)}; the earliest moment at all is ${seconds(earliest)}, ${percent(took / earliest)})`, took < allowed * MAX_TIME);
	check(`${what}: at most ${worstWindowTaken} calls taken in any minute`, worstWindowTaken <= LIMIT.maxCalls);
}

/** All workers stay alive. */
async function testAllWorkers(testBed: TestBed): Promise<void> {
	console.log(`${EXECUTIONS} executions of ${ROWS} creates on ${WORKERS} workers`);
	const workflowId = await startExecutions(testBed, 'all');
	const executions = await waitForExecutions(testBed, workflowId, EXECUTIONS);
	const { stored, storedTwice, sentTwice } = countLeads(testBed.sandbox, 'all');
	check(`all executions have ended: ${countByStatus(executions)}`, executions.every(({ status }) => status === 'success'));
	const shares = testBed.cluster.workers.map((worker) => executions.filter(({ id }) => worker.executions.has(id)).length);
	check(`every worker has run executions: ${shares.join(', ')}`, shares.every((share) => share > 0));
	check(`${stored.size} of ${EXECUTIONS * ROWS} leads stored, ${storedTwice.length} of them twice`, stored.size === EXECUTIONS * ROWS && storedTwice.length === 0);
	check(`${sentTwice.length} leads sent again after the service had stored them`, sentTwice.length === 0);
	report(testBed, 'the service');
}

/** One worker is killed halfway and restarted; the executions that n8n gives up are then run again. */
async function testKilledWorker(testBed: TestBed): Promise<void> {
	const { cluster, sandbox, credential } = testBed;
	const scene = 'kill';
	const [clientId] = sandbox.clients.keys();
	console.log(`\nThe same, with one worker killed halfway and restarted`);
	const workflowId = await startExecutions(testBed, scene);
	const half = (EXECUTIONS * ROWS) / 2;
	for (; countLeads(sandbox, scene).stored.size < half; await sleep(200)) {
		step(`Running: ${sandbox.figures().calls} calls; waiting until half of the leads are stored`);
	}
	const [, victim] = cluster.workers;
	const over = new Set((await executionsOf(cluster.rest, workflowId)).filter(isOver).map(({ id }) => id));
	const killedAt = Date.now();
	await victim.kill();
	const lost = new Set([...victim.executions].filter((id) => !over.has(id)));
	await victim.restart();
	const executions = await waitForExecutions(testBed, workflowId, EXECUTIONS, (EXECUTIONS * ROWS / LIMIT.maxCalls) * LIMIT.windowMs + CRASH_TIMEOUT_MS);
	const own = executions.filter(({ id }) => lost.has(id));
	const others = executions.filter(({ id }) => !lost.has(id));
	done();
	console.log(`  killed with ${half} leads stored; n8n's status of its ${own.length} executions, at most ${seconds(Date.now() - killedAt)} later: ${countByStatus(own)}`);
	check(`the executions of the other workers have ended: ${countByStatus(others)}`, others.length + own.length === EXECUTIONS && others.every(({ status }) => status === 'success'));
	check(`n8n does not leave the killed worker's executions open`, own.every(isOver));
	const before = countLeads(sandbox, scene);
	check(`${before.stored.size} leads stored, ${before.storedTwice.length} of them twice`, before.storedTwice.length === 0);
	check(`${before.sentTwice.length} leads sent again after the service had stored them`, before.sentTwice.length === 0);
	report(testBed, 'the service');

	const batches = Array.from({ length: EXECUTIONS }, (_, batch) => rowsOf(scene, batch, clientId));
	const open = batches.filter((rows) => rows.some(({ email }) => !before.stored.has(email)));
	check(`leads are missing in ${open.length} executions, those of the killed worker (${own.length})`, open.length <= own.length);
	console.log(`  The ${open.length} are run again manually, with "On Error: Continue": HotProfile rejects leads that it already has`);
	const again = await publishWorkflow(cluster.rest, 'again', credential, true);
	for (const rows of open) await trigger(cluster.url, 'again', rows);
	const reruns = await waitForExecutions(testBed, again, open.length);
	const after = countLeads(sandbox, scene);
	check(`run again: ${countByStatus(reruns)}`, reruns.every(({ status }) => status === 'success'));
	check(`${after.stored.size} of ${EXECUTIONS * ROWS} leads stored, ${after.storedTwice.length} of them twice`, after.stored.size === EXECUTIONS * ROWS && after.storedTwice.length === 0);
}

const cleanUps: Array<() => Promise<void>> = [];

async function testQueue(): Promise<void> {
	const started = Date.now();
	const n8n = await ensureN8n(undefined, { onProgress: step });
	const folder = await mkdtemp(join(tmpdir(), 'n8n-queue-'));
	cleanUps.unshift(async () => await rm(folder, { recursive: true, force: true }));
	step('Building and packing the package');
	const tarball = await buildPackage(join(folder, 'package'));
	step('Starting Redis and PostgreSQL');
	const stores = await startStores();
	cleanUps.unshift(stores.stop);
	const sandbox = await startHotProfile({ apiKey: SANDBOX_KEY, limit: LIMIT });
	cleanUps.unshift(async () => await sandbox.close());
	step(`Starting n8n and ${WORKERS} workers`);
	const cluster = await startCluster(n8n, { ...stores, folder, tarball, workers: WORKERS, concurrency: Math.ceil(EXECUTIONS / WORKERS) });
	cleanUps.unshift(cluster.stop);
	// Instance and key only: all other settings are the defaults of a new credential.
	const data = { instance: sandbox.url, apiKey: SANDBOX_KEY };
	const credential = await cluster.rest.call<{ id: string; name: string }>('POST', '/credentials', { name: 'HotProfile', type: 'hotProfileApi', data });
	const testBed = { cluster, sandbox, credential: { id: credential.id, name: credential.name } };
	done();
	console.log(`n8n ${n8n.version} in queue mode, ready after ${seconds(Date.now() - started)}`);
	await testAllWorkers(testBed);
	// The first scene's window must not overlap the second one's.
	await sleep(LIMIT.windowMs + 5_000);
	await testKilledWorker(testBed);
	done();
	console.log(`\n${passed} passed, ${failures.length} failed`);
}

async function end(code: number): Promise<never> {
	for (const cleanUp of cleanUps) await cleanUp().catch((error: Error) => console.error(error.message));
	process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end(1));

testQueue().then(
	async () => await end(failures.length > 0 ? 1 : 0),
	async (error: Error) => {
		done();
		console.error(error instanceof UserError ? error.message : error.stack);
		await end(1);
	},
);
