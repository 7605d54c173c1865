import fc from 'fast-check';

import { play, scenario } from './throttleScenario.mts';

/** FAST_CHECK_RUNS=30000 makes it a long soak. */
const numRuns = Number(process.env.FAST_CHECK_RUNS ?? 5000);

test('keeps its whole promise in any scenario', async () => {
	await fc.assert(
		fc.asyncProperty(scenario, async (one) => {
			expect(await play(one)).toEqual([]);
		}),
		{ numRuns },
	);
}, 3_600_000);
