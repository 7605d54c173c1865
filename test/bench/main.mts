import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { npm } from '../../scripts/npm.mts';
import { chart } from './chart.mts';
import type { Scene } from './figures.mts';
import { n8nScenes, playOnN8n } from './n8n/scenes.mts';
import { goalsOf, machineLine, report, describePlace, table, withSummary } from './report.mts';

/**
 * Runs `npm run bench`: this package against n8n's own HTTP Request node on a real n8n, and its throttle against other
 * limiters. A complete run rewrites docs/race.md, docs/race.svg and the README's paragraph about it; `--scene=name`
 * runs one scene and prints it.
 */

const { values } = parseArgs({ options: { scene: { type: 'string' } } });

/** The other limiters are needed here only, so they have a package.json of their own. */
async function installLimiters(): Promise<void> {
	if (existsSync('test/bench/node_modules/bottleneck')) return;
	console.log('Installing the other limiters (once)');
	const { code, stderr } = await npm(['ci'], { cwd: 'test/bench' });
	if (code !== 0) throw new Error(`The other limiters could not be installed:\n${stderr}`);
}

async function bench(): Promise<void> {
	await installLimiters();
	const { limiterScenes } = await import('./limiters/scenes.mts');
	const all = [...n8nScenes, ...Object.keys(limiterScenes)];
	if (values.scene !== undefined && !all.includes(values.scene)) {
		throw new Error(`There is no scene "${values.scene}". Choose one of: ${all.join(', ')}`);
	}
	const selected = all.filter((id) => values.scene === undefined || id === values.scene);
	const started = performance.now();
	const built = await npm(['run', 'build']);
	if (built.code !== 0) throw new Error(`The build failed:\n${built.stdout}\n${built.stderr}`);

	const scenes: Scene[] = [];
	const onN8n = selected.filter((id) => n8nScenes.includes(id));
	const { scenes: first, version } = onN8n.length > 0 ? await playOnN8n(onN8n) : { scenes: [], version: undefined };
	scenes.push(...first);
	for (const [id, play] of Object.entries(limiterScenes)) {
		if (!selected.includes(id)) continue;
		console.log(`\n${id}`);
		scenes.push(await play());
	}

	const machine = { cores: availableParallelism(), node: process.versions.node, n8n: version };
	for (const scene of scenes) console.log([`\n${scene.title}`, table(scene), describePlace(scene), ...goalsOf(scene)].join('\n'));
	console.log(`\n${machineLine(machine)}; ${Math.round((performance.now() - started) / 60_000)} minutes`);
	if (values.scene !== undefined) return;
	await writeFile('docs/race.md', report(scenes, machine));
	await writeFile('docs/race.svg', chart(scenes, `The race: ${machineLine(machine)}`));
	await writeFile('README.md', withSummary(await readFile('README.md', 'utf8'), scenes));
}

bench().then(
	// Limiters leave timers behind.
	() => process.exit(),
	(error: Error) => {
		console.error(error.stack);
		process.exit(1);
	},
);
