/** Reads URLs and hosts: whether they are secure, whether they lead to this machine, which service they name. */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host, as URL writes it, is this machine itself, so that nobody else can read what goes there. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

/** Whether nobody on the way can read what goes there: https, or http to this machine itself. */
export const isSecure = ({ protocol, hostname }: URL): boolean =>
	protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));

/** Names of this machine under which a port is the same service. */
const LOCALHOST_NAMES = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** The origin of an address as the name of a service: this machine has three names. Not for deciding what may get a key. */
export function serviceAt(address: string): string {
	const url = new URL(address);
	if (LOCALHOST_NAMES.test(url.hostname)) url.hostname = 'localhost';
	return url.origin;
}

/** An IPv6 address that stands for one of IPv4: mapped, compatible, translated. [::] and [::1] are among them. */
const IPV4_INSIDE = /^(?:64:ff9b)?::(?:ffff:(?:0:)?)?(?:([\da-f]{1,4}):)?([\da-f]{1,4})?$/;

/** Whether a host, as URL writes it, leads to this machine in any way: all of 127/8 and 0/8, their forms in IPv6, names of localhost. */
export function isThisMachine(hostname: string): boolean {
	const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
	if (/^(.*\.)?localhost$/.test(host)) return true;
	const inside = IPV4_INSIDE.exec(host);
	const first = inside ? parseInt(inside[1] ?? '0', 16) >> 8 : Number(/^(\d+)(\.\d+){3}$/.exec(host.replace(/^::ffff:/, ''))?.[1] ?? NaN);
	return first === 127 || first === 0;
}

/**
 * Reads a URL that was typed or pasted into a credential, without the dot that may end its host.
 * @param defaultScheme put in front where a host was typed without a scheme
 * @example parsePastedUrl(' example.com./path ', 'https') // https://example.com/path
 */
export function parsePastedUrl(value: unknown, defaultScheme?: 'https'): URL | undefined {
	const typed = typeof value === 'string' ? value.trim() : '';
	const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed);
	const address = hasScheme || defaultScheme === undefined ? typed : `${defaultScheme}://${typed}`;
	if (typed === '' || /\s/.test(typed) || !URL.canParse(address)) return undefined;
	return withoutTrailingDot(new URL(address));
}

/** A URL without the dot that may end its host. */
export function withoutTrailingDot(url: URL): URL {
	if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
	return url;
}
