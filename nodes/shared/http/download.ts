/** Downloads files behind links that a service returns: where they may lie, how large and how slow they may be. */

import type { IExecuteSingleFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { WaitPolicy } from './call';
import { sendWithRetries } from './call';
import { ServiceError } from './errors';
import { isSecure, isThisMachine } from './hosts';
import { parseRetryAfter, reasonForStatus } from './responses';
import type { HttpResponse, NetworkOptions, ResolveSession, ServiceAdapter, Session } from './service';
import { sendAuthenticated, sendUnauthenticated, withDeadline } from './transport';

/** Redirects that a link may lead through. */
const MAX_REDIRECTS = 5;
/** A response that n8n unpacks does not show where it came from (and newer engines hide it in any case). */
const UNCOMPRESSED = { 'accept-encoding': 'identity' };
/** A download with less time left is not retried. */
const MIN_RETRY_TIME_MS = 50;
const CLOCK_STEP_MS = 100;

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

/**
 * Downloads the file behind a link. The key goes to the service's own host only, and only requests there count.
 * @param name names the link in messages, e.g. `'file_url' in row 2`
 * @throws {ServiceError} if there is no file, or it is too large or too slow
 */
export async function downloadFile(
	caller: IExecuteSingleFunctions,
	service: ServiceAdapter,
	resolveSession: ResolveSession,
	policy: WaitPolicy,
	link: string,
	name: string,
	limits: DownloadLimits,
): Promise<Download> {
	const { address: serviceAddress = '' } = (await resolveSession()).connection;
	// One time for all attempts; waiting in the queue takes nothing of it.
	let leftMs = limits.timeoutMs;
	for (let address = downloadUrl(link, name, serviceAddress), hop = 0; hop < MAX_REDIRECTS; hop++) {
		const { href, origin } = address;
		const isOwnHost = origin === new URL(serviceAddress).origin;
		const resolveHost: ResolveSession = isOwnHost ? resolveSession : async (forceRead) => foreignSession(await resolveSession(forceRead), origin);
		const result = await sendWithRetries(caller, service, resolveHost, () => leftMs > MIN_RETRY_TIME_MS, policy, async ({ credentials }) => {
			const startedAt = performance.now();
			const timeoutMs = Math.max(1, Math.ceil(leftMs));
			const controller = new AbortController();
			const abortSignal = AbortSignal.any([controller.signal, limits.signal].filter((signal) => signal !== undefined));
			const request: IHttpRequestOptions = { ...limits.networkOptions, method: 'GET', url: href, encoding: 'stream', timeout: timeoutMs, abortSignal };
			try {
				const response = isOwnHost
					? await sendAuthenticated(caller, service, credentials, request)
					: await withDeadline(caller, request, async (own, signal) =>
							await sendUnauthenticated(own.helpers, { ...request, headers: UNCOMPRESSED, abortSignal: signal }));
				return await readDownload(response, new URL(href), name, { ...limits, timeoutMs }, serviceAddress);
			} finally {
				controller.abort();
				leftMs -= performance.now() - startedAt;
			}
		});
		if ('content' in result) return result;
		address = downloadUrl(result.next, name, serviceAddress);
	}
	throw notDownloaded(`${name} redirects too many times`);
}

/** The session for another host than the service's own: requests there do not count, and no key goes there. */
const foreignSession = ({ connection }: Session, origin: string): Session => ({
	credentials: {},
	connection: { ...connection, accountId: `files of ${origin}`, keyId: '', limits: { ...connection.limits, maxCalls: Number.MAX_SAFE_INTEGER } },
});

const notDownloaded = (sentence: string, advice = 'Check the link in the service that returned it') =>
	new ServiceError('rejected', { messages: [sentence], advice });

const onThisMachine = (name: string) => notDownloaded(`${name} points to the machine that n8n runs on, so it was not followed`);

/**
 * The address behind a link: https, or http if both the link and the service are on this machine.
 * @param name names the link in messages, e.g. `'file_url' in row 2`
 * @param serviceAddress of the service that returned the link
 * @throws {ServiceError} `rejected`
 */
export function downloadUrl(link: string, name: string, serviceAddress: string): URL {
	if (!URL.canParse(link)) throw notDownloaded(`${name} is not a link to a file`);
	const address = new URL(link);
	if (isThisMachine(address.hostname) && !isThisMachine(new URL(serviceAddress).hostname)) throw onThisMachine(name);
	if (isSecure(address)) return address;
	throw notDownloaded(`${name} does not start with https://, so it was not followed`);
}

/** A response as it comes in; one that is unpacked or, by n8n's newer engines, counted on the way hides its socket. */
type Stream = AsyncIterable<Uint8Array> & { destroy(): void; socket?: { remoteAddress?: string; remotePort?: number } };

/** Whether a response came from this machine although its address names another: a name can lead anywhere. Behind a proxy, the socket is the proxy's. */
function cameFromThisMachine({ socket }: Stream, { protocol, port }: URL): boolean {
	const { remoteAddress = '', remotePort } = socket ?? {};
	return isThisMachine(remoteAddress) && remotePort === Number(port || (protocol === 'https:' ? 443 : 80));
}

/**
 * Reads the file of a response, or the address that it redirects to.
 * @param serviceAddress of the service that returned the link
 * @throws {ServiceError} if there is no file, or it is too large or too slow
 */
export async function readDownload(
	{ status, headers, body }: HttpResponse,
	address: URL,
	name: string,
	limits: DownloadLimits,
	serviceAddress: string,
): Promise<Download | { next: string }> {
	const stream = body as Stream;
	try {
		// Before all else: not even the status may be shown.
		const { origin, hostname } = new URL(serviceAddress);
		if (address.origin !== origin && !isThisMachine(hostname) && cameFromThisMachine(stream, address)) throw onThisMachine(name);
		const retryAfterMs = parseRetryAfter(headers['retry-after']);
		const reason = reasonForStatus(status, retryAfterMs);
		if (reason === 'rateLimited' || reason === 'unavailable') throw new ServiceError(reason, { status, retryAfterMs });
		const { location } = headers;
		if (reason === 'redirected' && typeof location === 'string' && URL.canParse(location, address.href)) {
			return { next: new URL(location, address).href };
		}
		if (reason) throw notDownloaded(`${name} could not be downloaded: its host returned status ${status}`);
		const [mediaType = ''] = String(headers['content-type'] ?? '').split(';');
		const type = mediaType.trim();
		if (type === 'text/html') throw notDownloaded(`${name} points to a web page instead of a file`);
		if (Number(headers['content-length']) > limits.maxBytes) throw tooLarge(name, limits);
		const content = await readContent(stream, name, limits);
		return { content, fileName: fileNameOf(headers['content-disposition'], address), type: type || 'application/octet-stream' };
	} finally {
		stream.destroy?.();
	}
}

const tooLarge = (name: string, { maxBytes }: DownloadLimits) =>
	notDownloaded(`${name} points to a file larger than ${maxBytes / 2 ** 20} MB`, "Increase 'Max File Size (MB)', then retry this item");

/** Reads all of a stream, as long as it keeps to the limits. n8n offers no timer, so the clock is read in steps. */
async function readContent(stream: Stream, name: string, limits: DownloadLimits): Promise<Buffer> {
	const { maxBytes, timeoutMs, signal } = limits;
	const until = performance.now() + timeoutMs;
	let hasEnded = false;
	const expire = async () => {
		while (!hasEnded && !signal?.aborted && performance.now() < until) await sleep(CLOCK_STEP_MS);
		throw new ServiceError(signal?.aborted ? 'canceled' : 'timeout');
	};
	const read = async () => {
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
	return await Promise.race([read(), expire()]).finally(() => (hasEnded = true));
}

function fileNameOf(disposition: unknown, { pathname }: URL): string {
	const fileName = /filename="?([^";]+)"?/i.exec(String(disposition ?? ''))?.[1];
	return fileName ?? (decode(pathname.split('/').at(-1) ?? '') || 'file');
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
