import { run, type RunOptions, type RunResult } from './processes.mts';

/**
 * Runs npm in a folder, without the variables that an outer `npm run` has set: npm would take them for settings of the
 * inner call (its folder, its `ignore-scripts`). The user's own settings come from their .npmrc.
 */
export async function npm(args: string[], options: RunOptions & { node?: string } = {}): Promise<RunResult> {
	const { node = process.execPath, ...runOptions } = options;
	const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OUTER_RUN.test(name)));
	// The path of npm's own script, which can also be run by another Node than the one in PATH.
	const script = process.env.npm_execpath;
	return script === undefined
		? await run('npm', args, { env, ...runOptions })
		: await run(node, [script, ...args], { env, ...runOptions });
}

/** Variables that npm and jest set for the scripts they run. */
const OUTER_RUN = /^(npm_(?!config_(registry|(https?_)?proxy|noproxy|cafile)$)|INIT_CWD$|NODE_ENV$|JEST_WORKER_ID$)/i;
