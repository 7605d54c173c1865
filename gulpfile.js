const { rm } = require('node:fs/promises');
const { dest, src } = require('gulp');

/** Leaves nothing of an earlier build behind. */
exports.clean = async () => await rm('dist', { recursive: true, force: true });

/** Copies what tsc leaves out: icons and codex files. */
exports.assets = () =>
	src('{nodes,credentials}/**/*.{svg,png,node.json}', { encoding: false }).pipe(dest('dist'));
