import { Random } from '../../sandbox/random.mts';
import { type SharedAccount, simulateProcesses, type Outcome } from './sharedAccount.mts';

/**
 * Several processes share the limit of an account without communicating, by refusals alone: a simulation of 1,200 calls with
 * the default settings. Seeded, so every run gives the same figures, which docs/queue-mode.md quotes.
 */

const limits = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 };
const SEEDS = [1, 2, 3];

const report: string[] = [];
const percent = (part: number) => `${(100 * part).toFixed(1)} %`.padStart(7);
const worst = (outcomes: Outcome[], figure: (outcome: Outcome) => number) => Math.max(...outcomes.map(figure));
const mean = (outcomes: Outcome[], figure: (outcome: Outcome) => number) =>
	outcomes.reduce((sum, outcome) => sum + figure(outcome), 0) / outcomes.length;

async function simulate(name: string, scenario: Omit<SharedAccount, 'limits' | 'seed'> & Partial<SharedAccount>): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for (const seed of SEEDS) {
		const random = new Random(seed);
		jest.spyOn(Math, 'random').mockImplementation(() => random.next());
		outcomes.push(await simulateProcesses({ limits, ...scenario, seed }));
	}
	const columns = [({ refused }: Outcome) => refused, ({ relativeTime }: Outcome) => relativeTime, ({ timeOfBest }: Outcome) => timeOfBest];
	report.push([name.padEnd(72), ...columns.flatMap((figure) => [percent(mean(outcomes, figure)), percent(worst(outcomes, figure))])].join(' | '));
	return outcomes;
}

afterEach(() => jest.restoreAllMocks());
afterAll(() => {
	const heading = ['scenario'.padEnd(72), 'refused', '  worst', '   time', '  worst', 'of best', '  worst'].join(' | ');
	process.stdout.write(`\n${[heading, ...report].join('\n')}\n\n`);
});

const equal = (processes: number, calls = 1200) => Array.from({ length: processes }, () => calls / processes);
const allCombinations = [3, 5].flatMap((processes) =>
	[Infinity, 2].flatMap((maxConcurrent) =>
		[false, true].flatMap((retryAfter) =>
			[false, true].map((countRefused) => ({ processes, maxConcurrent, retryAfter, countRefused })),
		),
	),
);

test.each(allCombinations)(
	'$processes processes, $maxConcurrent concurrent, Retry-After: $retryAfter, refused calls count: $countRefused',
	async ({ processes, maxConcurrent, retryAfter, countRefused }) => {
		const name = [
			`${processes} processes`,
			`${maxConcurrent} concurrent`,
			retryAfter && 'Retry-After',
			countRefused && 'refused calls count',
		].filter(Boolean).join(', ').replace('Infinity concurrent', 'calls in the window only');
		const service = { ...limits, maxConcurrent };
		const outcomes = await simulate(name, { service, calls: equal(processes), retryAfter, countRefused });
		expect(outcomes.map(({ accepted }) => accepted)).toEqual(SEEDS.map(() => 1200));
		expect(worst(outcomes, ({ refused }) => refused)).toBeLessThan(0.08);
		expect(worst(outcomes, ({ relativeTime }) => relativeTime)).toBeLessThan(1.1);
		if (maxConcurrent === Infinity && !countRefused) expect(mean(outcomes, ({ timeOfBest }) => timeOfBest)).toBeLessThan(1.1);
	},
);

test.each<[string, Partial<SharedAccount>]>([
	['unequal numbers of calls', { calls: [700, 300, 200] }],
	['staggered starts, 25 s apart', { staggerMs: 25_000 }],
	['a fast service, 2 to 10 ms', { latency: [2, 10] }],
	['a slow service, 200 to 800 ms', { latency: [200, 800] }],
])('3 processes, 2 concurrent: %s', async (name, scenario) => {
	const outcomes = await simulate(`3 processes, 2 concurrent: ${name}`, { service: limits, calls: equal(3), ...scenario });
	expect(worst(outcomes, ({ refused }) => refused)).toBeLessThan(0.08);
	expect(worst(outcomes, ({ relativeTime }) => relativeTime)).toBeLessThan(1.1);
});

test('a single process is never refused', async () => {
	const outcomes = await simulate('1 process', { service: limits, calls: [1200] });
	expect(worst(outcomes, ({ refused }) => refused)).toBe(0);
	expect(worst(outcomes, ({ timeOfBest }) => timeOfBest)).toBeLessThan(1.02);
});

test('a single process with limits that are too high adapts to the real limit', async () => {
	const outcomes = await simulate('1 process, configured for 200 calls, 5 concurrent', {
		service: limits, limits: { maxCalls: 200, windowMs: 60_000, maxConcurrent: 5 }, calls: [1200],
	});
	expect(worst(outcomes, ({ refused }) => refused)).toBeLessThan(0.08);
	expect(worst(outcomes, ({ relativeTime }) => relativeTime)).toBeLessThan(1.1);
});
