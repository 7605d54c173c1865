import { aheadOf, ownRow, placeOf, ranked, type Row, type Scene, formatNumber, ratio } from './figures.mts';

/** Writes the results of a race as Markdown. */

/** The machine that ran the race. */
export interface Machine {
	cores: number;
	node: string;
	n8n?: string;
}

export const machineLine = ({ cores, node, n8n }: Machine) =>
	`${cores} cores, Node ${node}${n8n === undefined ? '' : `, n8n ${n8n}`}`;

/** The own contestant's place as text. */
export function describePlace(scene: Scene): string {
	const own = ownRow(scene);
	const ahead = aheadOf(own, scene);
	const names = (rows: Row[]) => rows.map(({ contestant }) => contestant).join('; ');
	if (ahead.length > 0) return `Place ${placeOf(own, scene)}, behind ${names(ahead)}`;
	const level = scene.rows.filter((row) => !row.own && !aheadOf(row, scene).includes(own));
	return level.length > 0 ? `First, level with ${names(level)}` : 'First';
}

const line = (cells: Array<string | number>) => `| ${cells.join(' | ')} |`;

/** A scene's table: one line per contestant, best first. */
export function table(scene: Scene): string {
	const rows = ranked(scene);
	const own = ownRow(scene);
	const more = [...new Set(rows.flatMap((row) => Object.keys(row.more)))];
	const head = ['', 'contestant', `${scene.unit} ${scene.measure}`, 'to this project', ...(scene.best === undefined ? [] : ['to the least']), ...more];
	return [
		line(head),
		line(head.map((_, column) => (column === 1 ? '---' : '--:'))),
		...rows.map((row) =>
			line([
				placeOf(row, scene),
				row.own ? `**${row.contestant}**` : row.contestant,
				formatNumber(row.value),
				ratio(row.value, own.value),
				...(scene.best === undefined ? [] : [ratio(row.value, scene.best)]),
				...more.map((name) => row.more[name] ?? '-'),
			]),
		),
	].join('\n');
}

/** One line for each ratio that the scene has a goal for. */
export function goalsOf(scene: Scene): string[] {
	const { goals, best, rows } = scene;
	if (!goals) return [];
	const own = ownRow(scene);
	const goal = (name: string, of: number, most: number) =>
		`Goal ${own.value <= most * of ? 'met' : 'missed'}: ${ratio(own.value, of)} of ${name}, at most ${most.toFixed(2)}×`;
	return [
		...(best === undefined ? [] : [goal('the least time possible', best, goals.toBest)]),
		...rows.filter((row) => !row.own).map(({ contestant, value }) => goal(contestant, value, goals.toOthers)),
	];
}

const sectionOf = (scene: Scene) => `## ${scene.title}

${scene.setting}${scene.best === undefined ? '' : ` The least there could be is ${formatNumber(scene.best)} ${scene.unit}.`}

${table(scene)}

${describePlace(scene)}. ${placeOf(ownRow(scene), scene) === 1 ? scene.why.first : scene.why.otherwise}
${goalsOf(scene).map((line) => `\n${line}.\n`).join('')}`;

/** The page of a complete race. */
export const report = (scenes: Scene[], machine: Machine): string => `# The race

This page and its picture are written by \`npm run bench\`: all scenes in one run, on one machine (${machineLine(machine)}), against
the same stand-in of HotProfile over real HTTP, which refuses what is over the limit. What counts are the ratios.

![Bars of all scenes](race.svg)

| scene | this project | where it stands |
| --- | --: | --- |
${scenes.map((scene) => line([scene.title, `${formatNumber(ownRow(scene).value)} ${scene.unit}`, describePlace(scene)])).join('\n')}

How it is run:

- Contestants take turns, in scenes of several rounds round by round; times are the middle one of the rounds (of two, the longer), a worst
  window is the worst of all rounds.
- Those who were refused, lost an item or sent one twice come after those who did not, whatever their time. Values within 2 % are level.
- A minute is scaled down to one or two seconds, and delays with it. In n8n the package's minute is no setting: the bench changes
  that one number in its own installed copy. Pauses of n8n itself (Retry On Fail) are not scaled.
- The limiters alone run in a process each, with the same client. All are given the same margin on the window, 0.1 % and 5 ms, which
  the throttle has built in. A refused call is sent again by the caller after a twentieth of the window, for all alike.
- Limiters that do not limit calls at once are asked from behind a queue that does. In the scenes of memory and cost they run without it.
- "Worst window" counts the arrivals in any window, "most at once" the calls under way at the service, refused ones included.
- The least there could be is the longer of two: as many full windows as must pass before the last call may arrive, and each place's
  share of the calls, one after the other (\`leastMs\` in \`test/bench/figures.mts\`).

${scenes.map(sectionOf).join('\n')}`;

const MARKS = ['<!-- race: written by npm run bench -->', '<!-- end of race -->'] as const;

/** The README's paragraph about the race. */
function summary(scenes: Scene[]): string {
	const first = scenes.filter((scene) => placeOf(ownRow(scene), scene) === 1).length;
	const creates = scenes.find(({ id }) => id === 'n8n-limit')!;
	const late = scenes.find(({ id }) => id === 'limiter-jitter-way')!;
	const [peer] = ranked(creates).filter(({ own }) => !own);
	const others = late.rows.filter(({ own }) => !own);
	const most = Math.max(...others.map(({ more }) => Number(more.refused)));
	return `First in ${first} of ${scenes.length} scenes of [a race](docs/race.md) against n8n's HTTP Request node and four limiters (bottleneck, p-throttle,
limiter, rate-limiter-flexible). 1,000 creates under a limit take ${ratio(ownRow(creates).value, creates.best!)} the least time there could be, HTTP Request ${ratio(peer.value, creates.best!)}. When
calls are up to 2 s on their way, ${ownRow(late).more.refused} of 500 are refused here and up to ${most} with the others. Where it is not first, that page says why.

![The race](docs/race.svg)`;
}

/** The README with the results of a race. */
export function withSummary(readme: string, scenes: Scene[]): string {
	const [start, end] = MARKS.map((mark) => readme.indexOf(mark));
	if (start < 0 || end < start) throw new Error(`The README has no place between "${MARKS[0]}" and "${MARKS[1]}"`);
	return `${readme.slice(0, start)}${MARKS[0]}\n${summary(scenes)}\n${readme.slice(end)}`;
}
