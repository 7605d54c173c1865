import { createRequire } from 'node:module';
import { resolve } from 'node:path';

import { DirectoryLoader, ExecuteContext, ExecutionLifecycleHooks, LoadOptionsContext, PollContext, RoutingNode, WorkflowExecute } from 'n8n-core';
import type {
	IBinaryKeyData,
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	ICredentialType,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeListSearchResult,
	INodeType,
	INodeTypes,
	IPollFunctions,
	IRun,
	IWorkflowExecuteAdditionalData,
	NodeConnectionType,
	NodeExecutionHint,
} from 'n8n-workflow';
import { NodeConnectionTypes, Workflow } from 'n8n-workflow';

/**
 * Runs the built package on n8n's own engine, without the rest of n8n: real WorkflowExecute, RoutingNode
 * and HTTP helpers. Only the credential store and the node list are replaced.
 */

export const PACKAGE = 'n8n-nodes-hotprofile-datacake-zen';

/** Outputs the items of its parameters. */
class Rows implements INodeType {
	description = {
		displayName: 'Rows', name: 'rows', group: ['trigger'], version: 1, description: '', defaults: { name: 'Rows' },
		inputs: [], outputs: [NodeConnectionTypes.Main],
		properties: ['items', 'binary'].map((name) => ({ displayName: name, name, type: 'json', default: [] })),
	} as unknown as INodeType['description'];

	async execute(this: IExecuteFunctions) {
		const { items, binary } = this.getNode().parameters as unknown as Required<Pick<Job, 'items' | 'binary'>>;
		return [items.map((json, index) => ({ json, binary: binary[index] }))];
	}
}

interface Tool {
	invoke(input: IDataObject): Promise<string>;
}

/** Simulates an AI agent: calls its tool with the inputs of its parameters, one after the other. */
class Agent implements INodeType {
	description = {
		displayName: 'Agent', name: 'agent', group: ['transform'], version: 1, description: '', defaults: { name: 'Agent' },
		inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }], outputs: [NodeConnectionTypes.Main],
		properties: [{ displayName: 'Calls', name: 'calls', type: 'json', default: [] }],
	} as unknown as INodeType['description'];

	async execute(this: IExecuteFunctions) {
		const { calls } = this.getNode().parameters as unknown as { calls: IDataObject[] };
		const [tool] = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[];
		const responses: INodeExecutionData[] = [];
		for (const input of calls) responses.push({ json: { answer: await tool.invoke(input).catch((error: Error) => error.message) } });
		return [responses];
	}
}

const isNode = (type: object): type is INodeType => 'description' in type;
const nodes = new Map<string, INodeType>([['rows', new Rows()], ['agent', new Agent()]]);
export const credentialTypes = new Map<string, ICredentialType>();
const load = createRequire(resolve('package.json'));
const { n8n } = load('./package.json') as { n8n: { nodes: string[]; credentials: string[] } };
for (const path of [...n8n.nodes, ...n8n.credentials]) {
	const [Type] = Object.values(load(`./${path}`) as Record<string, new () => INodeType | ICredentialType>);
	const type = new Type();
	if (isNode(type)) nodes.set(`${PACKAGE}.${type.description.name}`, type);
	else credentialTypes.set(type.name, type);
}
for (const node of nodes.values()) prepareDeclarative(node);

/** As n8n does for every declarative node: the "Request Options", and RoutingNode to run it. */
function prepareDeclarative(node: INodeType): void {
	DirectoryLoader.applyDeclarativeNodeOptionParameters(node);
	if (node.description.polling) return;
	node.execute ??= async function (this: IExecuteFunctions) {
		return (await new RoutingNode(this as unknown as ExecuteContext, node).runNode()) ?? [];
	};
}

// As a tool of an AI agent, n8n runs a node without its custom operations.
for (const [name, type] of [...nodes]) {
	const description = { ...type.description, outputs: [NodeConnectionTypes.AiTool] };
	nodes.set(`${name}Tool`, Object.create(type, { description: { value: description }, customOperations: { value: undefined } }) as INodeType);
}

/** Adds a node that the package does not have, with its credential. */
export function addNode(node: INodeType, credentialType: ICredentialType): void {
	prepareDeclarative(node);
	nodes.set(`${PACKAGE}.${node.description.name}`, node);
	credentialTypes.set(credentialType.name, credentialType);
}

export const nodeType = (name: string): INodeType => nodes.get(`${PACKAGE}.${name}`) as INodeType;

const nodeTypes: INodeTypes = {
	getByName: (name) => nodes.get(name) as INodeType,
	getByNameAndVersion: (name) => nodes.get(name) as INodeType,
	getKnownTypes: () => ({}),
};

export type Credentials = Record<string, ICredentialDataDecryptedObject>;

/** The parts of n8n's credential store that an execution uses, by credential id. */
export function credentialsHelper(store: Credentials) {
	const helper: Partial<ICredentialsHelper> & { reads: number } = {
		reads: 0,
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		async getDecrypted(_data, { id }, type, mode, executeData, raw, item) {
			helper.reads++;
			if (raw) return { ...store[id as string] };
			const defaults = credentialTypes.get(type)?.properties.map(({ name, default: value }) => [name, value]) ?? [];
			const data = { ...Object.fromEntries(defaults), ...store[id as string] } as ICredentialDataDecryptedObject;
			// As in n8n: expressions are resolved per item and see the other fields as entered.
			if (!item) return data;
			const { workflow, runExecutionData, runIndex, itemIndex, node, connectionInputData } = item;
			return workflow.expression.getParameterValue(
				data as never, runExecutionData, runIndex, itemIndex, node.name, connectionInputData, mode, {}, executeData, false, data as never,
			) as never;
		},
		async preAuthentication() {
			return undefined;
		},
		async authenticate(credentials, typeName, request) {
			const { authenticate } = credentialTypes.get(typeName) as ICredentialType;
			if (typeof authenticate !== 'function') throw new Error(`${typeName} has no authenticate function`);
			return await authenticate.call(credentialTypes.get(typeName), credentials, request as IHttpRequestOptions);
		},
	};
	return helper as ICredentialsHelper & { reads: number };
}

export interface Job {
	/** Node name in the package, e.g. hotProfile, or hotProfileTool for the node as a tool. */
	node?: string;
	parameters: IDataObject;
	items?: IDataObject[];
	/** Binary data of the items. */
	binary?: IBinaryKeyData[];
	credential?: ICredentialDataDecryptedObject;
	onError?: INode['onError'];
	/** The node's own settings, e.g. Retry On Fail. */
	settings?: Partial<INode>;
	executionId?: string;
	/** The workflow's time zone. */
	timezone?: string;
	/** Inputs of an agent that uses the node as its tool: the responses are items of "Agent". */
	calls?: IDataObject[];
}

/** A running execution. */
export interface Execution {
	done: Promise<Outcome>;
	cancel(): void;
}

export interface Outcome {
	status: IRun['status'];
	items: INodeExecutionData[];
	/** The hints shown at the node after the run. */
	hints: NodeExecutionHint[];
	error?: Error & { description?: string | null; httpCode?: string; context?: IDataObject };
	run: IRun;
	credentialReads: number;
}

let executions = 0;
const waitingUrls = { webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting', formWaitingBaseUrl: 'http://127.0.0.1/form-waiting' };

interface TestWorkflow {
	workflow: Workflow;
	node: INode;
	additionalData: IWorkflowExecuteAdditionalData;
	helper: ReturnType<typeof credentialsHelper>;
}

const to = (node: string, type: NodeConnectionType) => ({ node, type, index: 0 });

/** A workflow of two nodes: the items, and the node under test. */
function createWorkflow({ node = 'hotProfile', parameters, items = [{}], binary = [], credential = {}, onError, settings, executionId, timezone, calls }: Job): TestWorkflow {
	const helper = credentialsHelper({ c1: credential });
	const type = `${PACKAGE}.${node}`;
	const credentialType = nodeType(node).description.credentials?.[0].name as string;
	const workflow = new Workflow({
		id: 'w1',
		name: 'Test',
		active: false,
		nodeTypes,
		nodes: [
			{ id: 'n1', name: 'Rows', type: 'rows', typeVersion: 1, position: [0, 0], parameters: { items, binary } as never },
			{
				id: 'n2', name: 'Node', type, typeVersion: 1, position: [200, 0], parameters: parameters as never, onError,
				credentials: { [credentialType]: { id: 'c1', name: 'Credential' } }, ...settings,
			},
			{ id: 'n3', name: 'Agent', type: 'agent', typeVersion: 1, position: [200, 200], parameters: { calls } as never },
		],
		settings: { timezone },
		connections: calls
			? { Rows: { main: [[to('Agent', NodeConnectionTypes.Main)]] }, Node: { ai_tool: [[to('Agent', NodeConnectionTypes.AiTool)]] } }
			: { Rows: { main: [[to('Node', NodeConnectionTypes.Main)]] } },
	});
	const id = executionId ?? String(++executions);
	const additionalData = {
		credentialsHelper: helper,
		executionId: id,
		currentNodeExecutionIndex: 0,
		hooks: new ExecutionLifecycleHooks('manual', id, { id: 'w1', name: 'Test' } as never),
		variables: {},
		...waitingUrls,
		logAiEvent: () => {},
	} as unknown as IWorkflowExecuteAdditionalData;
	return { workflow, node: workflow.getNode('Node') as INode, additionalData, helper };
}

/** Starts a job. */
export function start(job: Job): Execution {
	const { workflow, additionalData, helper } = createWorkflow(job);
	const execute = new WorkflowExecute(additionalData, 'manual');
	const startNode = workflow.getNode('Rows') as INode;
	// Up to 2.0, the engine had positional arguments.
	const positional = execute.run.length > 1;
	const running = positional ? (execute.run as (...both: unknown[]) => ReturnType<typeof execute.run>)(workflow, startNode) : execute.run({ workflow, startNode });
	const done = running.then((run): Outcome => {
		const [last] = run.data.resultData.runData.Node ?? [];
		return {
			status: run.status,
			items: last?.data?.main?.[0] ?? [],
			hints: last?.hints ?? [],
			error: (run.data.resultData.error ?? last?.error) as Outcome['error'],
			run,
			credentialReads: helper.reads,
		};
	});
	return { done, cancel: () => running.cancel() };
}

/** Runs a job. */
export const run = async (job: Job): Promise<Outcome> => await start(job).done;

/** Loads a picker's list, as the editor does while the user types. */
export async function listSearch(job: Job, method: string, filter?: string, token?: string): Promise<INodeListSearchResult> {
	const { workflow, node, additionalData } = createWorkflow(job);
	const context = new LoadOptionsContext(workflow, node, additionalData, '');
	const methods = nodeType(job.node ?? 'hotProfile').methods?.listSearch ?? {};
	return await methods[method].call(context, filter, token);
}

/** A published workflow whose trigger polls. */
export interface PollingWorkflow {
	poll(): Promise<INodeExecutionData[][] | null>;
	/** What n8n stores for the workflow, as text: a restart begins with nothing else. */
	stored(): string;
}

/**
 * Publishes a workflow with a polling trigger, or publishes it again after a restart.
 * @param stored what n8n has stored
 * @param budgetMs how long n8n lets a poll run; without it, the engine's own answer
 */
export function publish(job: Job, stored = '{}', { mode = 'trigger', budgetMs }: { mode?: 'trigger' | 'manual'; budgetMs?: number } = {}): PollingWorkflow {
	const { workflow: { nodes: all, settings }, node, additionalData } = createWorkflow(job);
	const workflow = new Workflow({
		id: 'w1', name: 'Test', active: true, nodeTypes, nodes: Object.values(all), connections: {}, settings, staticData: JSON.parse(stored) as IDataObject,
	});
	const context = new PollContext(workflow, node, additionalData, mode, mode === 'manual' ? 'manual' : 'activate');
	if (budgetMs !== undefined) Object.assign(context, { getPollBudgetMs: () => budgetMs });
	const { poll } = nodeType(job.node ?? '');
	return {
		poll: async () => (await poll?.call(context as IPollFunctions)) ?? null,
		stored: () => JSON.stringify(workflow.staticData),
	};
}

/** The helpers passed to `preAuthentication`: n8n's own, new ones with a single function (from 2.41), or variants that no n8n version has. */
export type Helpers = 'own' | 'fresh' | 'none' | 'guarded';

/** Calls `preAuthentication` as n8n does: before every request, unless the credential does not need it. */
function preAuthenticate(typeName: string, variant: Helpers): ICredentialsHelper['preAuthentication'] {
	const { preAuthentication } = credentialTypes.get(typeName) as ICredentialType;
	return async (caller, credentials, _typeName, _node, expired) => {
		const { httpRequest } = caller.helpers;
		const guarded = async (request: IHttpRequestOptions) => {
			if (!request.url.startsWith('http')) throw new Error('Not the URL of a host');
			return await httpRequest(request);
		};
		const helpers = variant === 'own' ? caller : { helpers: { httpRequest: variant === 'guarded' ? guarded : httpRequest } };
		if (variant !== 'none' && (expired || credentials.probed === '')) await preAuthentication?.call(helpers as never, credentials);
		return undefined;
	};
}

/** Another node with one of our credentials, such as n8n's HTTP Request node, with the old or the new request helper. */
export function foreignCaller(typeName: string, credentials: ICredentialDataDecryptedObject, form: 'request' | 'httpRequest', variant: Helpers = 'own') {
	const node: INode = {
		id: 'foreign', name: 'HTTP Request', type: 'rows', typeVersion: 1, position: [0, 0], parameters: {},
		credentials: { [typeName]: { id: 'c1', name: 'Credential' } },
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const helper = credentialsHelper({ c1: credentials });
	helper.preAuthentication = preAuthenticate(typeName, variant);
	const additionalData = { credentialsHelper: helper, currentNodeParameters: {}, variables: {}, ...waitingUrls } as unknown as IWorkflowExecuteAdditionalData;
	const controller = new AbortController();
	const input = { main: [[{ json: {} }]] };
	const context = new ExecuteContext(
		workflow, node, additionalData, 'internal', { resultData: { runData: {} } } as never, 0, [], input, { node, data: {}, source: null }, [], controller.signal,
	);
	const [call] = [context.helpers[`${form}WithAuthentication`] as (...all: unknown[]) => Promise<unknown>];
	return {
		call: async (request: object) => await call.call(context, typeName, request, { credentialsDecrypted: { data: { ...credentials } } }, 0),
		stop: () => controller.abort(),
	};
}

/** Tests a credential as n8n's credential tester does: `preAuthentication`, then the type's own request. */
export async function testCredential(typeName: string, credentials: ICredentialDataDecryptedObject, { helpers = 'own' }: { helpers?: Helpers } = {}): Promise<void> {
	const { test } = credentialTypes.get(typeName) as ICredentialType;
	const temp = { displayName: 'Temp', name: 'temp', type: 'string' as const, default: '', routing: { request: test?.request } };
	const type = {
		description: { displayName: 'Temp', name: 'noOp', version: 1, credentials: [{ name: typeName, required: true }], properties: [temp] },
	} as unknown as INodeType;
	const node: INode = {
		id: 'temp', name: 'Temp-Node', type: 'n8n-nodes-base.noOp', typeVersion: 1, position: [0, 0], parameters: {},
		credentials: { [typeName]: { id: 'c1', name: 'Credential' } },
	};
	const types: INodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes: types });
	const helper = credentialsHelper({ c1: credentials });
	helper.preAuthentication = preAuthenticate(typeName, helpers);
	const additionalData = { credentialsHelper: helper, currentNodeParameters: {}, variables: {}, ...waitingUrls } as unknown as IWorkflowExecuteAdditionalData;
	const input = { main: [[{ json: {} }]] };
	const context = new ExecuteContext(
		workflow, node, additionalData, 'internal', { resultData: { runData: {} } } as never, 0, [], input, { node, data: {}, source: null }, [],
	);
	await new RoutingNode(context, type, { id: 'c1', name: 'Credential', type: typeName, data: { probed: '', ...credentials } }).runNode();
}
