const { default: Sequencer } = require('@jest/test-sequencer');

/** The files that take longest, most of it waiting for rate limits. Started first, none of them is left running alone at the end. */
const SLOWEST = ['waiting', 'faults.hotProfile', 'hotProfileTrigger', 'foreignCalls', 'faults.erpDatacake', 'tenants', 'zenTotals', 'throttle', 'erpDatacake.files', 'faults.crmZen', 'zenTotalsCache', 'erpDatacake.errors', 'accounts']
	.map((name) => `/test/engine/${name}.test.mts`);

/** All other files keep Jest's own order: those that failed or took longest in the last run come first. */
module.exports = class SlowestFirst extends Sequencer {
	sort(tests) {
		const rank = ({ path }) => SLOWEST.findIndex((file) => path.replaceAll('\\', '/').endsWith(file));
		const slow = [...tests].filter((test) => rank(test) >= 0).sort((one, other) => rank(one) - rank(other));
		return [...slow, ...super.sort([...tests].filter((test) => rank(test) < 0))];
	}
};
