/** One poll of HotProfile Trigger: reads what has changed since the last one, and moves the cursor if that succeeds. */

import type { IDataObject, IExecuteSingleFunctions, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { readParameters } from '../../shared/fields/parameters';
import { isObject, textOf } from '../../shared/fields/unknownValues';
import { validateParameters } from '../../shared/fields/validation';
import type { WireValues } from '../../shared/fields/operations';
import { openSession } from '../../shared/http/call';
import { hashId } from '../../shared/http/credentials';
import { isRateLimited, ServiceError } from '../../shared/http/errors';
import type { ErrorContext } from '../../shared/http/messages';
import { errorContext, toNodeError } from '../../shared/http/nodeErrors';
import type { Page } from '../../shared/http/pages';
import type { PollPolicy } from '../../shared/http/poll';
import { readPolledPage } from '../../shared/http/poll';
import { INTERACTIVE_TIMEOUT_MS, MAX_INTERACTIVE_PAUSE_MS } from '../../shared/http/timing';
import { readOutputOptions, toOutputItems } from '../../shared/run/output';
import { hotProfile } from '../service';
import { OVERLAP_MS, readChanges } from './changes';
import type { TriggerOn, WatchedResource } from './resources';
import { watchedResources, withChangedSince } from './resources';
import type { PollState } from './state';
import { loadState, saveState } from './state';
import { before, japanTimeAt } from './times';

/** How long n8n lets a poll run, in ms, where it does not say so (before 2.41). */
const DEFAULT_BUDGET_MS = 5 * 60_000;
/** The share of that time in which a poll starts requests. */
const USED_SHARE = 0.8;
/** The same in ms for the first poll, while somebody waits for the workflow to be published. */
const FIRST_POLL_MS = 15_000;
/** A poll ends after so many changes: each item takes memory, and the next poll goes on. */
const MAX_CHANGES = 10_000;
const SAMPLE_SIZE = 10;

/** What the trigger needs of each record. */
const ADVICE =
	'The trigger needs the ID, created_at and updated_at of every record, sorted by ID. Check that the user of the API key can view these fields';

interface Watch {
	resource: WatchedResource;
	triggerOn: TriggerOn;
	filters: WireValues;
	context: ErrorContext;
}

/** Polls that are running: n8n may start one before the last one has ended. */
const running = new Set<string>();

/** The poll function of the node. */
export async function poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	if (this.getMode() === 'manual') return await pollOnce(this, async (watch, key) => await readSample(this, watch, key));
	const key = `${this.getWorkflow().id}:${this.getNode().id}`;
	if (running.has(key)) return null;
	running.add(key);
	try {
		return await pollOnce(this, async (watch) => await readNewChanges(this, watch, key));
	} finally {
		running.delete(key);
	}
}

/** Reads what is watched, then the rows, and turns them into items. */
async function pollOnce(caller: IPollFunctions, readRows: (watch: Watch, key: object) => Promise<IDataObject[]>): Promise<INodeExecutionData[][] | null> {
	const resource = watchedResources.find(({ value }) => value === caller.getNodeParameter('resource'));
	if (!resource) throw new NodeOperationError(caller.getNode(), `'Resource' has an unknown value: "${textOf(caller.getNodeParameter('resource'))}"`);
	const { operation } = resource;
	const context = errorContext(hotProfile, operation);
	context.advice = { ...context.advice, unexpectedResponse: ADVICE };
	try {
		// Parameters are read the same way as in an execution, where a poll has no item.
		const item = caller as unknown as IExecuteSingleFunctions;
		const { values: filters, problems } = validateParameters(operation, readParameters(item, operation), caller.getTimezone());
		if (problems.length > 0) throw new ServiceError('invalidInput', { messages: problems, batchSummary: 'Nothing was sent' });
		const outputOptions = readOutputOptions(item, operation);
		const triggerOn = caller.getNodeParameter('triggerOn') as TriggerOn;
		const rows = await readRows({ resource, triggerOn, filters, context }, {});
		if (rows.length === 0) return null;
		const items = await toOutputItems(rows, [], outputOptions, hotProfile, operation, 0);
		return [items.map(({ json }) => ({ json }))];
	} catch (error) {
		throw toNodeError(caller, error, context);
	}
}

/** The newest records, for a test in the editor. */
async function readSample(caller: IPollFunctions, { resource, filters, context }: Watch, queueKey: object): Promise<IDataObject[]> {
	const values = { ...filters, 'order[key]': 'id', 'order[type]': 'desc' };
	const policy: PollPolicy = { queueKey, priority: true, deadline: performance.now() + INTERACTIVE_TIMEOUT_MS, maxPauseMs: MAX_INTERACTIVE_PAUSE_MS };
	return (await readPolledPage(caller, hotProfile, resource.operation, values, { number: 1, size: SAMPLE_SIZE }, policy, context.secrets)).rows;
}

/** The changes since the last poll. */
async function readNewChanges(caller: IPollFunctions, watch: Watch, queueKey: string): Promise<IDataObject[]> {
	const { resource, triggerOn, filters, context } = watch;
	const { operation } = resource;
	const startedAt = performance.now();
	const { connection } = await openSession(caller, hotProfile, operation);
	const staticData = caller.getWorkflowStaticData('node');
	const watches = [resource.value, triggerOn, hashId(connection.accountId).slice(0, 12)].join(' ');
	const stored = loadState(staticData, watches);
	const state = stored ?? initialState(caller, watches);
	const budgetMs = pollBudgetMs(caller);
	const deadline = startedAt + Math.min((budgetMs ?? DEFAULT_BUDGET_MS) * USED_SHARE, stored ? Infinity : FIRST_POLL_MS);
	const policy: PollPolicy = { queueKey, deadline, maxPauseMs: MAX_INTERACTIVE_PAUSE_MS };
	const values = withChangedSince(filters, resource, triggerOn, state.since);
	const changes = await readChanges(state, {
		triggerOn,
		pageSize: operation.resultList?.pageSize ?? 1,
		isFirst: stored === undefined,
		mayContinue: (count) => count < MAX_CHANGES && performance.now() < deadline,
		read: async (page: Page) => await readPolledPage(caller, hotProfile, operation, values, page, policy, context.secrets),
	});
	if (changes.error !== undefined) {
		// What has been read counts; otherwise a long list might never come to its end.
		if (changes.rows.length === 0 && !isRateLimited(changes.error)) throw changes.error;
		caller.logger.warn(`${toNodeError(caller, changes.error, context).message}. The next poll goes on from here`);
		if (!stored && changes.state.reading?.rowsRead === 0) changes.state = delayedFirstState(changes.state);
	}
	// n8n no longer waits for this poll, so its items would be lost.
	if (budgetMs !== undefined && performance.now() - startedAt >= budgetMs) {
		throw new NodeOperationError(caller.getNode(), 'The poll took longer than n8n allows', { description: 'Nothing is lost: the next poll reads the same records again' });
	}
	saveState(staticData, changes.state);
	return changes.rows;
}

/** Before the first poll: nothing is old if existing records are wanted, too. */
function initialState(caller: IPollFunctions, watches: string): PollState {
	const options: unknown = caller.getNodeParameter('options', {});
	if (isObject(options) && String(options.emitExistingRecords) === 'true') return { watches, since: '', seen: {} };
	const now = japanTimeAt(Date.now());
	return { watches, since: before(now, OVERLAP_MS), quietUntil: now, seen: {} };
}

/** The first poll could read nothing: what changes from this second on is new, though a later poll reads it. */
function delayedFirstState({ quietUntil, ...state }: PollState): PollState {
	return quietUntil === undefined ? state : { ...state, quietUntil: before(quietUntil, 1000) };
}

/** How long n8n lets the poll run, in ms; undefined before n8n 2.41. */
function pollBudgetMs(caller: Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>): number | undefined {
	const budgetMs = caller.getPollBudgetMs?.();
	return budgetMs !== undefined && budgetMs > 0 ? budgetMs : undefined;
}
