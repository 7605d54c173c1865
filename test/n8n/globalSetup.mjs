import { tsImport } from 'tsx/esm/api';

/** Jest does not transform an .mts file here, so tsx does. */
export default async () => {
	const { default: setUp } = await tsImport('./setUp.mts', import.meta.url);
	await setUp();
};
