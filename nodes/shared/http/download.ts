import { sleep } from 'n8n-workflow';

import { isRateLimited, parseRetryAfter } from './responses';
import type { HttpResponse, NetworkOptions } from './service';
import { ServiceError } from './errors';

/** Files behind links that a service sends: where they may lie, how large and how slow they may be. */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host, as URL writes it, is this machine itself, so that nobody else can read what goes there. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

/** Names of this machine under which a port is one and the same service. */
const OWN_NAMES = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** The origin of an address as the name of a service: this machine has three names for one. Not for what may get a key. */
export function serviceAt(address: string): string {
	const url = new URL(address);
	if (OWN_NAMES.test(url.hostname)) url.hostname = 'localhost';
	return url.origin;
}

/** An IPv6 address that stands for one of IPv4: mapped, compatible, translated. [::] and [::1] are of them. */
const IPV4_INSIDE = /^(?:64:ff9b)?::(?:ffff:(?:0:)?)?(?:([\da-f]{1,4}):)?([\da-f]{1,4})?$/;

/** Whether a host, as URL writes it, leads to this machine in any way: all of 127/8 and 0/8, their forms in IPv6, names of localhost. */
export function isThisMachine(hostname: string): boolean {
	const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
	if (/^(.*\.)?localhost$/.test(host)) return true;
	const inside = IPV4_INSIDE.exec(host);
	const first = inside ? parseInt(inside[1] ?? '0', 16) >> 8 : Number(/^(\d+)(\.\d+){3}$/.exec(host.replace(/^::ffff:/, ''))?.[1] ?? NaN);
	return first === 127 || first === 0;
}

/** Whether nobody on the way can read what goes there: https, or http to this machine itself. */
export const isSecure = ({ protocol, hostname }: URL): boolean =>
	protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));

/** What a downloaded file must keep to. */
export interface DownloadLimits {
	maxBytes: number;
	timeoutMs: number;
	/** Of the execution. */
	signal?: AbortSignal;
	networkOptions: NetworkOptions;
}

export interface Download {
	content: Buffer;
	fileName: string;
	type: string;
}

/** A refusal of a file, with one sentence about it. */
const refused = (sentence: string) => new ServiceError('rejected', { messages: [sentence] });

const ownMachine = (name: string) => refused(`${name} leads to the machine of n8n itself, and was not followed`);

/**
 * The address behind a link: https, or http where both the link and the service are on this machine.
 * @param name says which link it is, e.g. `'url_arquivo' of row 2`
 * @throws {ServiceError} `rejected`
 */
export function downloadUrl(link: string, name: string, service: string): URL {
	if (!URL.canParse(link)) throw refused(`${name} is no link to a file`);
	const address = new URL(link);
	if (isThisMachine(address.hostname) && !isThisMachine(new URL(service).hostname)) throw ownMachine(name);
	if (isSecure(address)) return address;
	throw refused(`${name} does not begin with https, and was not followed`);
}

/** An answer as it comes in; one that is unpacked or, by n8n's newer engines, counted on the way hides its socket. */
type Stream = AsyncIterable<Uint8Array> & { destroy(): void; socket?: { remoteAddress?: string; remotePort?: number } };

/** Whether an answer came from this machine although its address names another: a name can lead anywhere. Behind a proxy, the socket is the proxy's. */
function cameFromThisMachine({ socket }: Stream, { protocol, port }: URL): boolean {
	const { remoteAddress = '', remotePort } = socket ?? {};
	return isThisMachine(remoteAddress) && remotePort === Number(port || (protocol === 'https:' ? 443 : 80));
}

/**
 * Reads the file of an answer, or the address that it leads on to.
 * @param service address of the service that sent the link
 * @throws {ServiceError} where there is no file, or it is too large or too slow
 */
export async function readDownload(
	{ status, headers, body }: HttpResponse,
	address: URL,
	name: string,
	limits: DownloadLimits,
	service: string,
): Promise<Download | { next: string }> {
	const stream = body as Stream;
	try {
		// Ahead of all else: not even the status may be told.
		const { origin, hostname } = new URL(service);
		if (address.origin !== origin && !isThisMachine(hostname) && cameFromThisMachine(stream, address)) throw ownMachine(name);
		const retryAfterMs = parseRetryAfter(headers['retry-after']);
		if (isRateLimited(status, retryAfterMs)) throw new ServiceError('rateLimited', { status, retryAfterMs });
		if (status >= 500 || status === 408) throw new ServiceError('unavailable', { status, retryAfterMs });
		const location = headers.location;
		if (status >= 300 && status < 400 && typeof location === 'string' && URL.canParse(location, address.href)) {
			return { next: new URL(location, address).href };
		}
		if (status < 200 || status > 299) throw refused(`${name} cannot be downloaded: its host answers with status ${status}`);
		const type = String(headers['content-type'] ?? '').split(';')[0].trim();
		if (type === 'text/html') throw refused(`${name} leads to a web page instead of a file`);
		if (Number(headers['content-length']) > limits.maxBytes) throw tooLarge(name, limits);
		const content = await contentOf(stream, name, limits);
		return { content, fileName: fileNameOf(headers['content-disposition'], address), type: type || 'application/octet-stream' };
	} finally {
		stream.destroy?.();
	}
}

const tooLarge = (name: string, { maxBytes }: DownloadLimits) =>
	refused(`${name} leads to a file of more than ${maxBytes / 2 ** 20} MB`);

/** All of a stream, as long as it keeps to the limits. n8n offers no timer, so the clock is looked at. */
async function contentOf(stream: Stream, name: string, limits: DownloadLimits): Promise<Buffer> {
	const { maxBytes, timeoutMs, signal } = limits;
	const until = performance.now() + timeoutMs;
	let ended = false;
	const tooLate = async () => {
		while (!ended && !signal?.aborted && performance.now() < until) await sleep(100);
		throw new ServiceError(signal?.aborted ? 'canceled' : 'timeout');
	};
	const all = async () => {
		const chunks: Uint8Array[] = [];
		let bytes = 0;
		for await (const chunk of stream) {
			bytes += chunk.length;
			if (bytes > maxBytes) throw tooLarge(name, limits);
			chunks.push(chunk);
		}
		return Buffer.concat(chunks);
	};
	// A stream that waits for more does not end by being destroyed, so it is left behind.
	return await Promise.race([all(), tooLate()]).finally(() => (ended = true));
}

function fileNameOf(disposition: unknown, { pathname }: URL): string {
	const given = /filename="?([^";]+)"?/i.exec(String(disposition ?? ''))?.[1];
	return given ?? (decoded(pathname.split('/').at(-1) ?? '') || 'file');
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
