import qs from 'qs';

export type Params = Record<string, unknown>;
export type Pair = [string, string];

/** A request with its parameters, whatever the encoding. */
export interface ParsedRequest {
	path: string;
	method: string;
	contentType: string;
	headers: Record<string, string | string[] | undefined>;
	/** Query and body parameters, nested according to their brackets. */
	query: Params;
	body: Params;
	/** The same under their exact names, in the order sent. */
	queryPairs: Pair[];
	bodyPairs: Pair[];
	/** Why the body could not be parsed, in plain English. */
	parseError?: string;
}

type ParsedBody = Pick<ParsedRequest, 'body' | 'bodyPairs' | 'parseError'>;

// Lists of ids can be longer than qs allows by default.
const parseBrackets = (text: string): Params =>
	qs.parse(text, { arrayLimit: 10_000, parameterLimit: 10_000 }) as Params;

/** Parses the URL and the body of a call. */
export function parseRequest(call: Pick<ParsedRequest, 'method' | 'headers'> & { url: string; text: string }): ParsedRequest {
	const [path, ...rest] = call.url.split('?');
	const query = rest.join('?');
	const contentType = String(call.headers['content-type'] ?? '');
	return {
		path: decodePath(path),
		method: call.method,
		contentType,
		headers: call.headers,
		query: parseBrackets(query),
		queryPairs: [...new URLSearchParams(query)],
		...readBody(contentType.split(';')[0].trim().toLowerCase(), call.text),
	};
}

function decodePath(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

function readBody(type: string, text: string): ParsedBody {
	if (text === '') return { body: {}, bodyPairs: [] };
	if (type === 'application/x-www-form-urlencoded') {
		return { body: parseBrackets(text), bodyPairs: [...new URLSearchParams(text)] };
	}
	if (type === 'application/json') return readJson(text);
	return { body: {}, bodyPairs: [], parseError: `the body is neither a form nor JSON but ${type || 'of an unknown type'}` };
}

function readJson(text: string): ParsedBody {
	try {
		const body = JSON.parse(text) as unknown;
		if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
			return { body: body as Params, bodyPairs: flattenPairs(body), ...rejectFlatNames(body) };
		}
		return { body: {}, bodyPairs: [], parseError: 'the JSON body is not an object' };
	} catch {
		return { body: {}, bodyPairs: [], parseError: 'the body is not valid JSON' };
	}
}

/** Brackets nest only in forms; in JSON they would be part of the name. */
function rejectFlatNames(body: object): Pick<ParsedBody, 'parseError'> {
	const name = Object.keys(body).find((key) => key.includes('['));
	return name ? { parseError: `the JSON body has the flat name ${name}, where JSON requires nested objects` } : {};
}

/** Flattens `{ search: { ids: [1, 2] } }` to the names that a form would use. */
function flattenPairs(value: unknown, name = ''): Pair[] {
	if (Array.isArray(value)) return value.flatMap((entry) => flattenPairs(entry, `${name}[]`));
	if (typeof value === 'object' && value !== null) {
		return Object.entries(value).flatMap(([key, entry]) => flattenPairs(entry, name ? `${name}[${key}]` : key));
	}
	return [[name, String(value ?? '')]];
}
