import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import type { N8n } from '../../scripts/n8n/install.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { SANDBOX_KEY, sandboxCredential } from '../../scripts/sandboxes.mts';

/** The n8n instance that all tests share. */
export interface TestBed {
	n8n: N8n;
	userFolder: string;
	url: string;
}

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
}

export interface Workflow {
	id: string;
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings: Record<string, unknown>;
}

const VARIABLE = 'N8N_TEST_BED';

/** Passes the n8n instance on to the test processes. */
export function shareTestBed(bed: TestBed): void {
	process.env[VARIABLE] = JSON.stringify(bed);
}

export function testBed(): TestBed {
	return JSON.parse(process.env[VARIABLE]!) as TestBed;
}

/** Starts a separate sandbox, so that tests do not share a limit. */
export async function startOwnSandbox(): Promise<HotProfileService> {
	return await startHotProfile({ apiKey: SANDBOX_KEY });
}

export async function example(name: 'read-all-leads' | 'create-250-leads'): Promise<Workflow> {
	return JSON.parse(await readFile(join('examples', `${name}.json`), 'utf8')) as Workflow;
}

/** Stores a credential for a sandbox and returns the reference for nodes. */
export async function storeCredential(rest: Rest, sandbox: HotProfileService, name: string, data: Record<string, unknown> = {}): Promise<{ id: string; name: string }> {
	const { type, data: defaults } = sandboxCredential(sandbox.url);
	return await rest.call('POST', '/credentials', { name, type, data: { ...defaults, ...data } });
}

/** Stores a copy of a workflow with another credential. */
export async function storeWorkflow(rest: Rest, workflow: Workflow, credential: { id: string; name: string }): Promise<Workflow> {
	const { id, ...copy } = workflow;
	const nodes = copy.nodes.map((node) => (node.credentials ? { ...node, credentials: { hotProfileApi: credential } } : node));
	return await rest.call('POST', '/workflows', { ...copy, nodes, name: `${workflow.name} (${credential.name})` });
}
