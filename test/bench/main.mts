import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { npm } from '../../scripts/npm.mts';
import { chart } from './chart.mts';
import type { Scene } from './figures.mts';
import { limiterScenes } from './limiters/scenes.mts';
import { n8nScenes, playOnN8n } from './n8n/scenes.mts';
import { machineLine, report, standing, table, withSummary } from './report.mts';

/**
 * What `npm run bench` runs: this package beside n8n's own HTTP Request node on a real n8n, and its throttle beside
 * other limiters. A whole run writes docs/race.md, docs/race.svg and the README's paragraph about it; `--scene=name`
 * plays one scene and prints it.
 */

const { values } = parseArgs({ options: { scene: { type: 'string' } } });

async function bench(): Promise<void> {
	const known = [...n8nScenes, ...Object.keys(limiterScenes)];
	if (values.scene !== undefined && !known.includes(values.scene)) {
		throw new Error(`"${values.scene}" is no scene; there are ${known.join(', ')}`);
	}
	const wanted = known.filter((id) => values.scene === undefined || id === values.scene);
	const started = performance.now();
	const built = await npm(['run', 'build']);
	if (built.code !== 0) throw new Error(`The build failed:\n${built.stdout}\n${built.stderr}`);

	const scenes: Scene[] = [];
	const onN8n = wanted.filter((id) => n8nScenes.includes(id));
	const { scenes: first, version } = onN8n.length > 0 ? await playOnN8n(onN8n) : { scenes: [], version: undefined };
	scenes.push(...first);
	for (const id of wanted.filter((one) => one in limiterScenes)) {
		console.log(`\n${id}`);
		scenes.push(await limiterScenes[id]());
	}

	const machine = { cores: availableParallelism(), node: process.versions.node, n8n: version };
	for (const scene of scenes) console.log(`\n${scene.title}\n${table(scene)}\n${standing(scene)}`);
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
