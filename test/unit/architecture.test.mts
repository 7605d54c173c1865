/** The layout of the source: layers, cycles, vendor-free shared code, file length, a docstring in every file. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import ts from 'typescript';

const root = join(__dirname, '../..');

function typeScriptFiles(folder: string): string[] {
	return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		return entry.isDirectory() ? typeScriptFiles(path) : /\.m?ts$/.test(path) ? [path] : [];
	});
}

const product = [...typeScriptFiles('nodes'), ...typeScriptFiles('credentials')];
const text = new Map([...product, ...typeScriptFiles('sandbox'), ...typeScriptFiles('scripts')].map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const textOf = (file: string) => text.get(file) ?? '';

/** The source files that a file imports, including `import type` and `export ... from`. */
function importsOf(file: string): string[] {
	return ts.preProcessFile(textOf(file), true, true).importedFiles
		.filter(({ fileName }) => fileName.startsWith('.'))
		.map(({ fileName }) => {
			const path = join(dirname(file), fileName);
			const imported = [path, `${path}.ts`, `${path}/index.ts`].find((candidate) => text.has(candidate));
			if (imported === undefined) throw new Error(`${file} imports ${fileName}, which is not a source file`);
			return imported;
		});
}

const graph = new Map(product.map((file) => [file, importsOf(file)]));
const edges = [...graph].flatMap(([from, all]) => all.map((to) => ({ from, to })));
const formatEdges = (some: typeof edges) => some.map(({ from, to }) => `${from} -> ${to}`);

/** From top to bottom. An import may stay within its layer or go down, never up. */
const layers = ['entry', 'methods', 'vendor', 'run', 'http', 'throttle', 'fields'] as const;
type Layer = (typeof layers)[number];

function layerOf(file: string): Layer {
	if (file.startsWith('credentials/') || file.endsWith('.node.ts')) return 'entry';
	const [, shared] = /^nodes\/shared\/([^/]+)\//.exec(file) ?? [];
	if (shared !== undefined) return shared as Layer;
	return /^nodes\/[^/]+\/methods\//.test(file) ? 'methods' : 'vendor';
}
const vendorOf = (file: string) => /^nodes\/(?!shared\/)([^/]+)\//.exec(file)?.[1];
const isBetween = (from: Layer, to: Layer) => (edge: (typeof edges)[number]) => layerOf(edge.from) === from && layerOf(edge.to) === to;

describe('imports', () => {
	test('are found by the parser', () => {
		expect(product.length).toBeGreaterThan(80);
		expect(edges.length).toBeGreaterThan(200);
		expect(edges.some(isBetween('http', 'throttle'))).toBe(true);
		expect(edges.some(({ from, to }) => from === 'nodes/HotProfile/HotProfile.node.ts' && to === 'nodes/HotProfile/service.ts')).toBe(true);
	});

	test('come only from files that belong to a layer', () => {
		expect(product.filter((file) => !layers.includes(layerOf(file)))).toEqual([]);
	});

	test('never go up a layer', () => {
		const up = edges.filter(({ from, to }) => layers.indexOf(layerOf(to)) < layers.indexOf(layerOf(from)));
		expect(formatEdges(up)).toEqual([]);
	});

	test.each(['throttle', 'fields'] as const)('of nodes/shared/%s stay within that folder', (layer) => {
		expect(formatEdges(edges.filter(({ from, to }) => layerOf(from) === layer && layerOf(to) !== layer))).toEqual([]);
	});

	test('of resources never reach the HTTP or throttle layer', () => {
		const resources = edges.filter(({ from }) => /^nodes\/[^/]+\/resources\//.test(from));
		expect(formatEdges(resources.filter(({ to }) => ['http', 'throttle'].includes(layerOf(to))))).toEqual([]);
	});

	test('never cross from one vendor to another', () => {
		const across = edges.filter(({ from, to }) => vendorOf(from) !== undefined && vendorOf(to) !== undefined && vendorOf(from) !== vendorOf(to));
		expect(formatEdges(across)).toEqual([]);
	});

	test('form no cycle', () => {
		expect(findCycles(graph)).toEqual([]);
		expect(findCycles(new Map([['a', ['b', 'd']], ['b', ['c']], ['c', ['a']], ['d', []]]))).toEqual([['a', 'b', 'c']]);
	});
});

/** Groups of files that import each other, directly or indirectly (Tarjan's strongly connected components). */
function findCycles(all: Map<string, string[]>): string[][] {
	const cycles: string[][] = [];
	const order = new Map<string, number>();
	const path: string[] = [];
	const visit = (file: string): number => {
		const own = order.size;
		let low = own;
		order.set(file, own);
		path.push(file);
		for (const to of all.get(file) ?? []) {
			if (!order.has(to)) low = Math.min(low, visit(to));
			else if (path.includes(to)) low = Math.min(low, order.get(to) ?? own);
		}
		if (low === own) {
			const group = path.splice(path.indexOf(file));
			if (group.length > 1 || all.get(file)?.includes(file)) cycles.push(group.sort());
		}
		return low;
	};
	for (const file of all.keys()) if (!order.has(file)) visit(file);
	return cycles;
}

test('only one file in nodes/shared/http makes network requests', () => {
	const callingFiles = product.filter((file) =>
		/httpRequest\b|httpRequestWith|makeRoutingRequest|\brequestWith\w+\(|\bfetch\(|from 'axios|node:https?/.test(textOf(file)),
	);
	expect(callingFiles).toEqual([expect.stringMatching(/^nodes\/shared\/http\//)]);
});

describe('nodes/shared', () => {
	/** Applies to comments as well: vendor knowledge usually creeps in as an example in a comment. */
	const words: Array<[word: string, pattern: RegExp]> = [
		['a vendor', /hot.?profile|datacake|crm.?zen|\bzen/i],
		['a country', /brazil|brasil|japan/i],
		['a city or time zone', /tokyo|s[aã]o.?paulo|\b(America|Asia)\//i],
		['a national document', /cpf|cnpj|\bcep\b|\bufs?\b/i],
		['a national payment', /\bpix\b|boleto|\bR\$/i],
		['a wire name', /search\[|flg|kbn/i],
		['Portuguese', /\b(hoje|ontem|s\/n|fatura|cliente)\b/i],
		['Japanese', /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u],
	];

	test.each(words)('does not mention %s', (_name, pattern) => {
		const mentions = product
			.filter((file) => file.startsWith('nodes/shared/'))
			.flatMap((file) => textOf(file).split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])));
		expect(mentions).toEqual([]);
	});
});

describe('files', () => {
	const MAX_LINES = 300;

	test('have at most 300 lines unless the first line gives a reason', () => {
		const long = [...text].filter(([, content]) => content.trimEnd().split('\n').length > MAX_LINES);
		const unexplained = long.filter(([, content]) => !/^\/[/*].*\blines\b/.test(content));
		expect(unexplained.map(([file]) => file)).toEqual([]);
	});

	test('start with a docstring that says what they do', () => {
		expect(product.filter((file) => topDocstring(textOf(file)).length < 20)).toEqual([]);
	});
});

/** The docstring at the top of a file. A blank line separates it from the docstring of the first statement. */
function topDocstring(content: string): string {
	const [, docstring = ''] = /^\/\*\*((?:(?!\*\/)[^])*)\*\/\n\n/.exec(content) ?? [];
	return docstring.replace(/[\s*]+/g, ' ').trim();
}
