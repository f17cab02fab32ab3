import { expect, it } from 'vitest';
import { HostSlots } from './host-slots.js';

it('lets no more through at once than there are slots, in the order of arrival', async () => {
  const slots = new HostSlots(1);
  const order: number[] = [];
  const first = await slots.take('a');
  const second = slots.take('a').then((giveBack) => (order.push(2), giveBack()));
  const third = slots.take('a').then((giveBack) => (order.push(3), giveBack()));
  await slots.take('b');
  expect(order).toEqual([]);
  first();
  await Promise.all([second, third]);
  expect(order).toEqual([2, 3]);
});

it('lets somebody leave the line without losing the slot', async () => {
  const slots = new HostSlots(1);
  const first = await slots.take('a');
  const stop = new AbortController();
  const impatient = slots.take('a', stop.signal);
  stop.abort();
  await expect(impatient).rejects.toMatchObject({ code: 'cancelled' });
  first();
  (await slots.take('a'))();
});
