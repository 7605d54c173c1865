import qs from 'qs';

export type Params = Record<string, unknown>;
export type Pair = [string, string];

/** What a call brought, whatever form it was sent in. */
export interface Received {
	path: string;
	method: string;
	contentType: string;
	headers: Record<string, string | string[] | undefined>;
	/** Parameters of the address and of the body, nested as their brackets say. */
	query: Params;
	body: Params;
	/** The same under their exact names, in the order in which they were sent. */
	queryPairs: Pair[];
	bodyPairs: Pair[];
	/** In plain English, why the body could not be read. */
	trouble?: string;
}

type Read = Pick<Received, 'body' | 'bodyPairs' | 'trouble'>;

// A list of ids may be longer than what qs takes by itself.
const brackets = (text: string): Params =>
	qs.parse(text, { arrayLimit: 10_000, parameterLimit: 10_000 }) as Params;

/** Reads the address and the body of a call. */
export function receive(call: Pick<Received, 'method' | 'headers'> & { url: string; text: string }): Received {
	const [path, ...rest] = call.url.split('?');
	const query = rest.join('?');
	const contentType = String(call.headers['content-type'] ?? '');
	return {
		path: decoded(path),
		method: call.method,
		contentType,
		headers: call.headers,
		query: brackets(query),
		queryPairs: [...new URLSearchParams(query)],
		...readBody(contentType.split(';')[0].trim().toLowerCase(), call.text),
	};
}

function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

function readBody(type: string, text: string): Read {
	if (text === '') return { body: {}, bodyPairs: [] };
	if (type === 'application/x-www-form-urlencoded') {
		return { body: brackets(text), bodyPairs: [...new URLSearchParams(text)] };
	}
	if (type === 'application/json') return readJson(text);
	return { body: {}, bodyPairs: [], trouble: `the body is neither a form nor JSON but ${type || 'of no named type'}` };
}

function readJson(text: string): Read {
	try {
		const body = JSON.parse(text) as unknown;
		if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
			return { body: body as Params, bodyPairs: flat(body), ...flatNames(body) };
		}
		return { body: {}, bodyPairs: [], trouble: 'the JSON body is not an object' };
	} catch {
		return { body: {}, bodyPairs: [], trouble: 'the body is not valid JSON' };
	}
}

/** Brackets are a form's way to nest; in JSON they would be part of the name. */
function flatNames(body: object): Pick<Read, 'trouble'> {
	const name = Object.keys(body).find((key) => key.includes('['));
	return name ? { trouble: `the JSON body has the flat name ${name}, where JSON wants nested objects` } : {};
}

/** `{ search: { ids: [1, 2] } }` under the names that a form would use. */
function flat(value: unknown, name = ''): Pair[] {
	if (Array.isArray(value)) return value.flatMap((entry) => flat(entry, `${name}[]`));
	if (typeof value === 'object' && value !== null) {
		return Object.entries(value).flatMap(([key, entry]) => flat(entry, name ? `${name}[${key}]` : key));
	}
	return [[name, String(value ?? '')]];
}
