/** The documentation matches the package: its links, commands, operation tables, messages and examples exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { resources as erpResources } from '../../nodes/ErpDatacake/resources';
import { resources as hotProfileResources } from '../../nodes/HotProfile/resources';
import { fieldsOf } from '../../nodes/shared/fields/operations';

const root = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/README.md', ...readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)];
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

/** The cells of all table rows under a heading. */
function rows(file: string, heading: string): string[][] {
	const [, section = ''] = read(file).split(`\n## ${heading}\n`);
	const [own = ''] = section.split('\n## ');
	return own.split('\n').filter((line) => /^\|(?! ---)/.test(line)).slice(1).map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()));
}

/** A label without the vendor's term in brackets. */
const withoutTerm = (label: string) => label.replace(/ \([^)]*\)$/, '');

test.each(pages)('%s links only to files and headings that exist', (page) => {
	const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
	const broken = links.filter((link) => {
		const [path = '', anchor] = link.split('#');
		const file = path === '' ? page : join(dirname(page), path);
		if (!existsSync(join(root, file))) return true;
		const headings = anchor === undefined ? [] : [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'));
		return anchor !== undefined && !headings.includes(anchor);
	});
	expect(broken).toEqual([]);
});

test.each(pages)('%s mentions only npm scripts that exist', (page) => {
	const mentioned = [...read(page).matchAll(/`npm run ([\w:]+)/g)].map(([, name = '']) => name);
	expect(mentioned.filter((name) => !scripts.includes(name))).toEqual([]);
});

test('the README shows how to start and test the package, and the Node.js versions it needs', () => {
	const readme = read('README.md');
	expect(readme).toMatch(/Node\.js 20\.19 to 24[\s\S]*```bash\nnpm ci && npm start\n```/);
	expect(readme).toContain('```bash\nnpm ci && npm test\n```');
});

test('the operation tables of ERP Datacake list exactly the operations of the node', () => {
	const operations = erpResources.flatMap((resource) => resource.operations.map((operation) => ({ resource, operation })));
	const expected = operations.map(({ resource, operation: { name, id, method, path } }) => [withoutTerm(resource.name), withoutTerm(name), `\`${id}\``, `\`${method} ${path}\``]);
	expect(rows('docs/erp-datacake.md', 'Operations').map(([resource = '', ...more]) => [withoutTerm(resource), ...more]).sort()).toEqual(expected.sort());
	const short = rows('README.md', 'ERP Datacake').flatMap(([resource = '', names = '']) => names.split(', ').map((name) => `${withoutTerm(resource)}: ${name}`));
	expect(short.sort()).toEqual(operations.map(({ resource, operation }) => `${withoutTerm(resource.name)}: ${withoutTerm(operation.name)}`).sort());
});

test('the field counts of HotProfile in the README match its catalogue', () => {
	const readme = rows('README.md', 'HotProfile').map((cells) => cells.map((cell) => [...cell.matchAll(/\d+/g)].map(Number)));
	const expected = hotProfileResources.map(({ operations }) => {
		const find = (value: string) => operations.find((one) => one.value === value);
		const counts = (value: string) => {
			const operation = find(value);
			const required = Object.keys(operation?.required ?? {}).length;
			const [options = 0] = (operation?.collections ?? []).filter(({ name }) => name === 'options').map(({ fields }) => Object.keys(fields).length);
			return [required, operation === undefined ? 0 : Object.keys(fieldsOf(operation)).length - required - options];
		};
		const collection = (name: string) => Object.values(find('getMany')?.collections.find((one) => one.name === name)?.fields ?? {});
		const keys = collection('sort').find(({ choices }) => (choices?.length ?? 0) > 2)?.choices ?? [];
		return [[], counts('create'), counts('update'), [collection('filters').length, keys.length]];
	});
	expect(readme).toEqual(expected);
});

test('the messages under Troubleshooting exist in the source', () => {
	const sources = ['nodes', 'credentials'].flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => read(join(folder, file))),
	).join('\n');
	// Rows without … describe symptoms in n8n, not messages of these nodes.
	const messages = rows('README.md', 'Troubleshooting').map(([message = '']) => message).filter((message) => message.includes('…'));
	expect(messages.length).toBeGreaterThan(5);
	const parts = messages.flatMap((message) => message.split('…').map((part) => part.replace(/^'/, '').trim()).filter((part) => part.length > 3));
	expect(parts.filter((part) => !sources.includes(part))).toEqual([]);
});

test('the list of examples contains every example workflow', () => {
	const listed = [...read('examples/README.md').matchAll(/\]\(([\w-]+\.json)\)/g)].map(([, file]) => file);
	expect(listed.sort()).toEqual(readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.json')).sort());
});
