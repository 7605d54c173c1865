/** Another n8n engine than the installed one: a folder with its node_modules (npm run test:engines). */
const engine = process.env.N8N_ENGINE;

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.mts'],
	moduleFileExtensions: ['mts', 'ts', 'js', 'json', 'node'],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	transform: { '\\.(mts|ts)$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }] },
	moduleNameMapper: engine ? { '^(n8n-core|n8n-workflow)$': `${engine}/node_modules/$1` } : {},
	setupFiles: ['<rootDir>/test/setup.js'],
	testSequencer: '<rootDir>/test/slowestFirst.js',
	testTimeout: 60_000,
	// Tests wait more than they compute, so more workers than cores are busy.
	maxWorkers: 8,
	// For the fault matrix, whose tests queue by themselves.
	maxConcurrency: 2000,
};
