/** The limits that a credential asks for: every text and number agrees with the interval they count in. */
import { limitProperties, rateLimitOf } from '../../nodes/shared/http/credentials';
import { durationHints } from '../../nodes/shared/run/hints';

const perSecond = { maxCalls: 10, interval: 'second', maxConcurrent: 5 } as const;
const fieldsOf = (properties: ReturnType<typeof limitProperties>) => properties.map(({ displayName, name, default: value }) => [displayName, name, value]);

test('100 requests per minute unless the service says otherwise', () => {
	expect(fieldsOf(limitProperties())).toEqual([['Requests per Minute', 'requestsPerMinute', 100], ['Concurrent Requests', 'concurrentRequests', 2]]);
	expect(rateLimitOf({})).toEqual({ maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 });
	expect(durationHints()[0]?.message).toBe(
		'More than 100 items take about 1 min at the default limit of 100 requests per minute. The node waits automatically, and no items are lost.',
	);
});

test('a service with a limit per second', () => {
	const properties = limitProperties('The service allows 5', perSecond);
	expect(fieldsOf(properties)).toEqual([['Requests per Second', 'requestsPerSecond', 10], ['Concurrent Requests', 'concurrentRequests', 5]]);
	expect(properties.map(({ description }) => description)).toEqual([
		'Maximum number of requests in any second, across all workflows in this n8n instance',
		'Maximum number of simultaneous requests. The service allows 5',
	]);
	expect(rateLimitOf({}, perSecond)).toEqual({ maxCalls: 10, windowMs: 1000, maxConcurrent: 5 });
	expect(rateLimitOf({ requestsPerSecond: 3, requestsPerMinute: 7, concurrentRequests: '1' }, perSecond)).toEqual({ maxCalls: 3, windowMs: 1000, maxConcurrent: 1 });
	expect(() => rateLimitOf({ requestsPerSecond: 0 }, perSecond)).toThrow("'Requests per Second' in the credential must be a whole number from 1 to 1000");
});

test('its hints count in seconds too', () => {
	const [first, second] = durationHints(perSecond);
	expect(first?.message).toMatch(/^More than 600 items take about 1 to 2 min at the default limit of 10 requests per second\./);
	expect([first, second].map((hint) => hint?.displayCondition)).toEqual([
		'={{ $input.all().length > 600 && $input.all().length <= 1200 }}',
		'={{ $input.all().length > 1200 && $input.all().length <= 3000 }}',
	]);
});
