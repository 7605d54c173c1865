import fc from 'fast-check';

import { Fifo } from '../../nodes/shared/throttle/fifo';

/** One operation on the queue: `push` and `insert` add a number, `shift` takes the first one out. */
const step = fc.oneof(
	fc.record({ method: fc.constantFrom('push' as const, 'insert' as const), number: fc.integer({ min: 0, max: 50 }) }),
	fc.constant({ method: 'shift' as const, number: 0 }),
);

test('behaves like an array under any sequence of push, insert and shift', () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
			const queue = new Fifo<number>();
			const list: number[] = [];
			for (const { method, number } of steps) {
				if (method === 'shift') expect(queue.shift()).toBe(list.shift());
				else if (method === 'insert') {
					queue.insert(number, (other) => other > number);
					list.splice(list.findLastIndex((other) => other <= number) + 1, 0, number);
				} else {
					queue[method](number);
					list[method](number);
				}
				expect(queue.length).toBe(list.length);
				expect(queue.at(0)).toBe(list[0]);
				expect(queue.at(3)).toBe(list[3]);
				expect(queue.toArray()).toEqual(list);
			}
		}),
	);
});

test('keeps the order of its initial entries', () => {
	expect(new Fifo([3, 1, 2]).toArray()).toEqual([3, 1, 2]);
});
