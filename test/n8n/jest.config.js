const base = require('../../jest.config.js');

/** Tests with a real n8n: it is installed, filled and started once for all of them. */
module.exports = {
	...base,
	rootDir: '../..',
	testMatch: ['<rootDir>/test/n8n/**/*.test.mts'],
	testPathIgnorePatterns: ['/node_modules/'],
	globalSetup: '<rootDir>/test/n8n/globalSetup.mjs',
	globalTeardown: '<rootDir>/test/n8n/globalTeardown.mjs',
	maxWorkers: 2,
	testTimeout: 300_000,
};
