import { describe, expect, it } from 'vitest';
import { EventStoreError } from '#lib/event-store';
import { eventStoreStatus } from './event-store-status.js';

const told = (error: unknown): unknown => eventStoreStatus(error)?.toStatus();

describe('what clients are told when the event store fails', () => {
  it('is to come back, where nothing was done', () => {
    expect(told(new EventStoreError('unavailable', 'connect ECONNREFUSED 192.0.2.7:2113'))).toMatchObject({
      code: 503,
      reason: 'ServiceUnavailable',
      message: 'the event store cannot be reached, try again',
      details: { retryAfterSeconds: 1 },
    });
  });

  it('is to look first, where it may have been done', () => {
    expect(told(new EventStoreError('outcome-unknown', ''))).toMatchObject({ code: 504, reason: 'Timeout' });
  });

  it('is that the change is too large, where it is', () => {
    expect(told(new EventStoreError('too-large', ''))).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' });
  });

  it.each(['refused', 'unsupported', 'foreign-event'] as const)('is nothing in particular, where it is %s', (code) => {
    expect(told(new EventStoreError(code, ''))).toBeUndefined();
  });

  it('is nothing in particular, where it is something else', () => {
    expect(told(new Error('anything'))).toBeUndefined();
  });
});
