import fc from 'fast-check';

import { playScenario, scenario } from './throttleScenario.mts';

/** Set FAST_CHECK_RUNS=30000 for a soak test. */
const numRuns = Number(process.env.FAST_CHECK_RUNS ?? 5000);

test('the throttle keeps all its guarantees in any scenario', async () => {
	await fc.assert(
		fc.asyncProperty(scenario, async (input) => {
			expect(await playScenario(input)).toEqual([]);
		}),
		{ numRuns },
	);
}, 3_600_000);
