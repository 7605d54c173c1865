import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Options of a child process. */
export interface RunOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** File descriptor that receives its standard output, instead of `onOutput`. */
	stdout?: number;
	/** Called with every piece of output. */
	onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
	/** Called with the process as soon as it has started. */
	onLaunch?: (child: ChildProcess) => void;
}

/** How a finished child process ended. */
export interface RunResult {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** The variables that every program needs; nothing from npm, Jest or another n8n leaks into a child. */
const NEUTRAL_VARIABLES = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'SystemRoot'];

/** A minimal environment, so that a run does not depend on who starts it. */
export function neutralEnvironment(): NodeJS.ProcessEnv {
	return Object.fromEntries(
		NEUTRAL_VARIABLES.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]),
	);
}

/** Child processes that are still running. They are killed when this process exits. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => signalGroup(child.pid!, 'SIGKILL')));

/** Starts a program in its own process group, so that only this process passes Ctrl-C on to it and its children. */
export function launch(command: string, args: string[], options: RunOptions = {}): ChildProcess {
	const { cwd, env, stdout, onOutput } = options;
	const child = spawn(command, args, { cwd, env, stdio: ['ignore', stdout ?? 'pipe', 'pipe'], detached: true });
	if (child.pid !== undefined) running.add(child);
	child.once('exit', () => running.delete(child));
	for (const stream of ['stdout', 'stderr'] as const) {
		child[stream]?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text, stream));
	}
	return child;
}

/** Runs a program and returns its output and exit code, whatever the code. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
	const output = { stdout: '', stderr: '' };
	const onOutput = (text: string, stream: 'stdout' | 'stderr') => {
		output[stream] += text;
		options.onOutput?.(text, stream);
	};
	const child = launch(command, args, { ...options, onOutput });
	options.onLaunch?.(child);
	const [code] = (await once(child, 'close')) as [number | null];
	return { code, ...output };
}

/** Runs a program and throws an error with the end of its output if it fails. */
export async function runOrThrow(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
	const result = await run(command, args, options);
	if (result.code !== 0) {
		const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-30).join('\n');
		throw new Error(`"${[command, ...args].join(' ')}" ended with code ${result.code}:\n${tail}`);
	}
	return result;
}

/** Stops a child and everything it started: with SIGTERM first, with SIGKILL after `graceMs`. */
export async function stopGroup(child: ChildProcess, graceMs = 10_000): Promise<void> {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, 'exit');
	signalGroup(child.pid, 'SIGTERM');
	const forced = setTimeout(() => signalGroup(child.pid!, 'SIGKILL'), graceMs);
	await gone;
	clearTimeout(forced);
}

/** Kills a child and everything it started, as a crash would. */
export async function killGroup(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, 'exit');
	signalGroup(child.pid, 'SIGKILL');
	await gone;
}

/** Signals a process group by the id of its leader; does nothing if the group has already ended. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}
