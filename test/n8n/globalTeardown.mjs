import { tsImport } from 'tsx/esm/api';

export default async () => {
	const { default: tearDown } = await tsImport('./tearDown.mts', import.meta.url);
	await tearDown();
};
