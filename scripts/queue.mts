import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type HotProfileService, startHotProfile } from '../sandbox/hotProfile/index.mts';
import { ensureN8n } from './n8n/install.mts';
import { buildPackage } from './pack.mts';
import { Problem } from './userError.mts';
import { progress } from './progress.mts';
import { type Cluster, startCluster } from './queue/cluster.mts';
import { executionsOf, type Listed, publishWorkflow, ROWS, rowsOf, tally, trigger } from './queue/leads.mts';
import { startStores } from './queue/stores.mts';
import { SANDBOX_KEY } from './sandboxes.mts';

/**
 * What `npm run test:queue` runs: n8n in queue mode, its main process and three workers with the packed package, on
 * Redis and PostgreSQL. Executions of 40 creates each share one credential whose settings nobody has touched. The
 * sandbox refuses what is over the limit, 100 calls in any minute and 2 at once; the workers do not know of each other.
 */

const WORKERS = 3;
const LIMIT = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 };
/** The service answers as slowly as one on the internet. */
const DELAY = [20, 200] as const;
const MOST_REFUSED = 0.08;
const MOST_TIME = 1.1;
/** n8n notices after one to two minutes that a worker is gone. */
const CRASH_PATIENCE = 5 * 60_000;

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
const isOver = ({ status }: Listed) => !['new', 'running', 'waiting'].includes(status);
const counted = (executions: Listed[]) => {
	const counts = new Map<string, number>();
	for (const { status } of executions) counts.set(status, (counts.get(status) ?? 0) + 1);
	return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
};

interface Stage {
	cluster: Cluster;
	sandbox: HotProfileService;
	credential: { id: string; name: string };
}

/** Starts so many executions and hands back the id of their workflow. */
async function startExecutions({ cluster, sandbox, credential }: Stage, scene: string): Promise<string> {
	sandbox.reset();
	sandbox.delay(...DELAY);
	const [clientId] = sandbox.clients.keys();
	const workflowId = await publishWorkflow(cluster.rest, scene, credential, false);
	await Promise.all(Array.from({ length: EXECUTIONS }, async (_, batch) => await trigger(cluster.url, scene, rowsOf(scene, batch, clientId))));
	return workflowId;
}

/** Waits until so many executions of a workflow are over. */
async function ended({ cluster, sandbox }: Stage, workflowId: string, count: number, patience = Infinity): Promise<Listed[]> {
	for (const deadline = Date.now() + patience; ; await sleep(2_000)) {
		const executions = await executionsOf(cluster.rest, workflowId);
		const { calls, refused } = sandbox.figures();
		step(`Running: ${counted(executions)}; ${calls} calls, ${refused} refused`);
		if ((executions.length === count && executions.every(isOver)) || Date.now() > deadline) return executions;
	}
}

/** Says and checks what the service saw. */
function report({ sandbox }: Stage, what: string): void {
	const { calls, refused, worstWindowTaken } = sandbox.figures();
	const atOnce = sandbox.journal.filter((call) => call.refused && call.reason?.endsWith('at once')).length;
	const arrivals = sandbox.journal.filter((call) => !call.refused).map(({ at }) => at);
	const took = arrivals[arrivals.length - 1] - arrivals[0];
	const allowed = (arrivals.length / LIMIT.maxCalls) * LIMIT.windowMs;
	const earliest = (Math.ceil(arrivals.length / LIMIT.maxCalls) - 1) * LIMIT.windowMs;
	check(`${what}: ${refused} of ${calls} calls refused, ${percent(refused / calls)} (${refused - atOnce} by the full window, ${atOnce} by the number at once), below ${percent(MOST_REFUSED)}`, refused < calls * MOST_REFUSED);
	check(`${what}: ${arrivals.length} calls taken in ${seconds(took)}; at ${LIMIT.maxCalls} a minute that is ${seconds(allowed)} (${percent(took / allowed)}; the earliest moment at all is ${seconds(earliest)}, ${percent(took / earliest)})`, took < allowed * MOST_TIME);
	check(`${what}: at most ${worstWindowTaken} calls taken in any minute`, worstWindowTaken <= LIMIT.maxCalls);
}

/** All workers live. */
async function playAll(stage: Stage): Promise<void> {
	console.log(`${EXECUTIONS} executions of ${ROWS} creates on ${WORKERS} workers`);
	const workflowId = await startExecutions(stage, 'all');
	const executions = await ended(stage, workflowId, EXECUTIONS);
	const { stored, storedTwice, sentTwice } = tally(stage.sandbox, 'all');
	check(`all executions are over: ${counted(executions)}`, executions.every(({ status }) => status === 'success'));
	const shares = stage.cluster.workers.map((worker) => executions.filter(({ id }) => worker.executions.has(id)).length);
	check(`every worker has run some: ${shares.join(', ')}`, shares.every((share) => share > 0));
	check(`${stored.size} of ${EXECUTIONS * ROWS} leads stored, ${storedTwice.length} of them twice`, stored.size === EXECUTIONS * ROWS && storedTwice.length === 0);
	check(`${sentTwice.length} leads sent again after the service had taken them`, sentTwice.length === 0);
	report(stage, 'the service');
}

/** One worker is killed in the middle and started again; what n8n has given up is then run once more. */
async function playKill(stage: Stage): Promise<void> {
	const { cluster, sandbox, credential } = stage;
	const scene = 'kill';
	const [clientId] = sandbox.clients.keys();
	console.log(`\nThe same, with one worker killed in the middle and started again`);
	const workflowId = await startExecutions(stage, scene);
	const half = (EXECUTIONS * ROWS) / 2;
	for (; tally(sandbox, scene).stored.size < half; await sleep(200)) {
		step(`Running: ${sandbox.figures().calls} calls, until half of the leads are stored`);
	}
	const [, victim] = cluster.workers;
	const over = new Set((await executionsOf(cluster.rest, workflowId)).filter(isOver).map(({ id }) => id));
	const killedAt = Date.now();
	await victim.kill();
	const lost = new Set([...victim.executions].filter((id) => !over.has(id)));
	await victim.restart();
	const executions = await ended(stage, workflowId, EXECUTIONS, (EXECUTIONS * ROWS / LIMIT.maxCalls) * LIMIT.windowMs + CRASH_PATIENCE);
	const own = executions.filter(({ id }) => lost.has(id));
	const others = executions.filter(({ id }) => !lost.has(id));
	done();
	console.log(`  killed with ${half} leads stored; n8n's word on its ${own.length} executions, ${seconds(Date.now() - killedAt)} later at the latest: ${counted(own)}`);
	check(`the executions of the other workers are over: ${counted(others)}`, others.length + own.length === EXECUTIONS && others.every(({ status }) => status === 'success'));
	check(`n8n does not leave the killed worker's executions open`, own.every(isOver));
	const before = tally(sandbox, scene);
	check(`${before.stored.size} leads stored, ${before.storedTwice.length} of them twice`, before.storedTwice.length === 0);
	check(`${before.sentTwice.length} leads sent again after the service had taken them`, before.sentTwice.length === 0);
	report(stage, 'the service');

	const batches = Array.from({ length: EXECUTIONS }, (_, batch) => rowsOf(scene, batch, clientId));
	const open = batches.filter((rows) => rows.some(({ email }) => !before.stored.has(email)));
	check(`leads are missing in ${open.length} executions, those of the killed worker (${own.length})`, open.length <= own.length);
	console.log(`  The ${open.length} are run again by hand, with "On Error: Continue": HotProfile refuses what it has already`);
	const again = await publishWorkflow(cluster.rest, 'again', credential, true);
	for (const rows of open) await trigger(cluster.url, 'again', rows);
	const reruns = await ended(stage, again, open.length);
	const after = tally(sandbox, scene);
	check(`run again: ${counted(reruns)}`, reruns.every(({ status }) => status === 'success'));
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
	// Address and key only: the settings are those that n8n gives a new credential.
	const data = { instance: sandbox.url, apiKey: SANDBOX_KEY };
	const credential = await cluster.rest.call<{ id: string; name: string }>('POST', '/credentials', { name: 'HotProfile', type: 'hotProfileApi', data });
	const stage = { cluster, sandbox, credential: { id: credential.id, name: credential.name } };
	done();
	console.log(`n8n ${n8n.version} in queue mode, ready after ${seconds(Date.now() - started)}`);
	await playAll(stage);
	// The window of the first scene must not reach into the second one.
	await sleep(LIMIT.windowMs + 5_000);
	await playKill(stage);
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
		console.error(error instanceof Problem ? error.message : error.stack);
		await end(1);
	},
);
