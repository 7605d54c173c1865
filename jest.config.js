/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.mts'],
	moduleFileExtensions: ['mts', 'ts', 'js', 'json', 'node'],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	transform: { '\\.(mts|ts)$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }] },
	setupFiles: ['<rootDir>/test/setup.js'],
	testTimeout: 60_000,
};
