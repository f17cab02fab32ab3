import { expect, it, vi } from 'vitest';
import { EventStoreError, InMemoryEventStore, Refusal } from '#lib/event-store';
import type { ReadModel } from '#lib/read-model';
import { ServiceCallError } from '#lib/remoting';
import { ImportReactor, type ImportReactorOptions } from './import-reactor.js';

const reactor = (options: Partial<ImportReactorOptions> = {}): ImportReactor =>
  new ImportReactor({
    store: new InMemoryEventStore(),
    scheduler: { keepOnly: () => undefined, found: () => undefined },
    ...options,
  } as ImportReactorOptions);

it('blames no event for what is away', () => {
  const isPassing = (error: unknown): boolean => reactor().isPassing(error);
  expect(isPassing(new EventStoreError('unavailable', ''))).toBe(true);
  expect(isPassing(new EventStoreError('refused', ''))).toBe(false);
  for (const code of ['busy', 'unreachable', 'expired', 'timed-out', 'connection-lost', 'incomplete'] as const) {
    expect([code, isPassing(new ServiceCallError(code, ''))]).toEqual([code, true]);
  }
  expect(isPassing(new ServiceCallError('internal', ''))).toBe(false);
  expect(isPassing(new Refusal('invalid', 'app', ''))).toBe(false);
});

it('asks the app about what it does not know', () => {
  const isPassing = (error: unknown): boolean => error instanceof RangeError;
  expect(reactor({ isPassing }).isPassing(new RangeError())).toBe(true);
  expect(reactor({ isPassing }).isPassing(new TypeError())).toBe(false);
});

it('looks for schedules until the read models answer', async () => {
  const away = new Error('away');
  const streams = vi.fn<() => Promise<unknown>>().mockRejectedValueOnce(away).mockResolvedValue({ streams: [] });
  const readModel = { waitFor: async () => undefined, streams } as unknown as ReadModel;
  const failures: unknown[] = [];
  const observer = { followingFailed: (error: unknown) => failures.push(error) };
  const looking = reactor({ readModel, observer });
  looking.shareChanged({ owns: () => true });
  await vi.waitFor(() => expect(streams).toHaveBeenCalledTimes(2), { timeout: 10_000 });
  expect(failures).toEqual([away]);
  looking.stop();
});
