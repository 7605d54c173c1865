import { existsSync, readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../userError.mts';
import { run } from '../processes.mts';

const PACKAGES = ['redis-server', 'postgresql'];
const REDIS = '/usr/bin/redis-server';
const POSTGRES = '/usr/lib/postgresql';
/** Debian runs this script before it starts a service; exit code 101 prevents the start. */
const POLICY = '/usr/sbin/policy-rc.d';

/** PostgreSQL refuses to run as root. */
export const isRoot = process.getuid?.() === 0;

/** Paths of Redis and PostgreSQL, installed from Debian's packages if missing. */
export async function ensurePrograms(): Promise<{ redis: string; postgres: string }> {
	if (!found()) await install();
	const programs = found();
	if (!programs) throw new UserError(`${PACKAGES.join(' and ')} are installed, but not at ${REDIS} and ${POSTGRES}`);
	return programs;
}

function found(): { redis: string; postgres: string } | undefined {
	const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES).sort((a, b) => Number(b) - Number(a)) : [];
	const postgres = versions.map((version) => join(POSTGRES, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
	return postgres !== undefined && existsSync(REDIS) ? { redis: REDIS, postgres } : undefined;
}

/** Installs the packages without starting their services: the run starts its own instances. */
async function install(): Promise<void> {
	if (!isRoot || !existsSync('/usr/bin/apt-get')) {
		throw new UserError(`Redis and PostgreSQL are needed. Install them once: sudo apt-get install ${PACKAGES.join(' ')}`);
	}
	const ownPolicy = !existsSync(POLICY);
	if (ownPolicy) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
	try {
		const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
		for (const args of [['update', '-qq'], ['install', '-y', '-qq', '--no-install-recommends', ...PACKAGES]]) {
			const { code, stderr } = await run('apt-get', args, { env });
			if (code !== 0) throw new UserError(`"apt-get ${args.join(' ')}" failed:\n${stderr}`);
		}
	} finally {
		if (ownPolicy) await rm(POLICY);
	}
}
