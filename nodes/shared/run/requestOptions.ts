/** Reads "Request Options", the collection that n8n adds to every declarative node. */

import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { cancelableSleep } from '../http/cancellation';
import { DEFAULT_TIMEOUT_MS } from '../http/timing';
import type { NetworkOptions } from '../http/service';
import { startInBatches } from './batches';
import { invalidSetting } from './itemErrors';

interface RequestOptions {
	batching?: { batch?: { batchSize?: number; batchInterval?: number } };
	proxy?: string;
	timeout?: number;
	allowUnauthorizedCerts?: boolean;
}

/**
 * What the user chose: options for every request, and a function that resolves when an item may start.
 * @param signal aborts the pauses between batches
 */
export function readRequestOptions(caller: IExecuteFunctions, signal: AbortSignal) {
	// n8n resolves the collection to what the interface describes, but an expression may bring numbers as text.
	const chosen = caller.getNodeParameter('requestOptions', 0, {}) as RequestOptions;
	const { batching, proxy, timeout, allowUnauthorizedCerts } = chosen;
	const requestOptions: Partial<IHttpRequestOptions> = {
		timeout: timeout || DEFAULT_TIMEOUT_MS,
		...(allowUnauthorizedCerts ? { skipSslCertificateValidation: true } : {}),
		...(proxy ? { proxy: parseProxy(proxy) } : {}),
	};
	const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
	const pauseMs = Number(batchInterval);
	const size = pauseMs > 0 ? Math.max(1, Number(batchSize)) : Infinity;
	const waitForBatch = startInBatches(size, async () => await cancelableSleep(pauseMs, signal));
	return { requestOptions, waitForBatch };
}

/** The options that hold for everything a node fetches. */
export const networkOptions = ({ proxy, skipSslCertificateValidation }: Partial<IHttpRequestOptions>): NetworkOptions => ({
	proxy,
	skipSslCertificateValidation,
});

function parseProxy(input: string): IHttpRequestOptions['proxy'] {
	const address = /^\w+:\/\//.test(input) ? input : `http://${input}`;
	if (!URL.canParse(address)) throw invalidSetting("'Proxy' under Request Options must be a valid URL, for example http://proxy.example.com:3128");
	const { protocol, hostname: host, port, username, password } = new URL(address);
	return {
		protocol: protocol.replace(/:$/, ''),
		host,
		port: Number(port) || (protocol === 'https:' ? 443 : 80),
		...(username ? { auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } } : {}),
	};
}
