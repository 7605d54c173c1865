import { documentedNames, everyField, startEcho } from '../allFields.mts';
import { nodeType, run } from './engine.mts';

let echo: Awaited<ReturnType<typeof startEcho>>;
beforeAll(async () => (echo = await startEcho()));
afterAll(() => echo.close());

/** The connector's parameter names that arrived, by operation. */
const arrivedOf = new Map<string, string[]>();

const cases = everyField(nodeType('hotProfile').description.properties);

test.each(cases)('$resource $operation sends every field under its exact name', async ({ resource, operation, path, parameters, pairs }) => {
	echo.received.length = 0;
	const { error, items } = await run({ parameters, credential: { instance: echo.url, apiKey: 'the-key' } });
	expect(error).toBeUndefined();
	expect(items).toEqual(operation === 'getMany' ? [] : [{ json: { id: 4711 }, pairedItem: { item: 0 } }]);
	expect(echo.received).toHaveLength(1);
	const [{ url, type, pairs: arrived }] = echo.received;
	expect({ url, type }).toEqual({ url: path, type: 'application/x-www-form-urlencoded' });
	expect(arrived.sort()).toEqual([...pairs, ['api_key', 'the-key']].sort());
	const { connector, beyond } = documentedNames(resource, operation);
	const names = new Set(arrived.map(([name]) => name).filter((name) => name !== 'api_key'));
	expect([...names].sort()).toEqual([...connector, ...beyond].sort());
	arrivedOf.set(path, connector.filter((name) => names.has(name)));
});

test('all 307 parameters of the connector have arrived', () => {
	expect([...arrivedOf.values()].map(({ length }) => length)).toHaveLength(9);
	expect([...arrivedOf.values()].flat()).toHaveLength(307);
});
