import fc from 'fast-check';

import { Fifo } from '../../nodes/shared/throttle/fifo';

/** One step of a crowd's way through the queue; numbers go in, `shift` takes the first one out. */
const step = fc.oneof(
	fc.record({ does: fc.constantFrom('push' as const, 'insert' as const), number: fc.integer({ min: 0, max: 50 }) }),
	fc.constant({ does: 'shift' as const, number: 0 }),
);

test('holds what a plain list would hold, in its order, whatever comes and goes', () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
			const queue = new Fifo<number>();
			const list: number[] = [];
			for (const { does, number } of steps) {
				if (does === 'shift') expect(queue.shift()).toBe(list.shift());
				else if (does === 'insert') {
					queue.insert(number, (other) => other > number);
					list.splice(list.findLastIndex((other) => other <= number) + 1, 0, number);
				} else {
					queue[does](number);
					list[does](number);
				}
				expect(queue.length).toBe(list.length);
				expect(queue.at(0)).toBe(list[0]);
				expect(queue.at(3)).toBe(list[3]);
				expect(queue.toArray()).toEqual(list);
			}
		}),
	);
});

test('is given entries in their order', () => {
	expect(new Fifo([3, 1, 2]).toArray()).toEqual([3, 1, 2]);
});
