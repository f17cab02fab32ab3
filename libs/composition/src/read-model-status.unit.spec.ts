import { describe, expect, it } from 'vitest';
import { PostgresError } from '#lib/postgres';
import { ReadModelBehindError } from '#lib/read-model';
import { readModelStatus } from './read-model-status.js';

const told = (error: unknown, method = 'GET'): unknown => readModelStatus(error, { method })?.toStatus();

describe('what clients are told when the read models fail', () => {
  it.each([
    [new PostgresError('unavailable', 'connect ECONNREFUSED 192.0.2.7:5432'), 'cannot be reached'],
    [new ReadModelBehindError(1, 2), 'are behind'],
  ])('is to come back, where nothing was done: %s', (error, message) => {
    const status = told(error);
    expect(status).toMatchObject({ code: 503, details: { retryAfterSeconds: 1 } });
    expect(status).toMatchObject({ message: expect.stringContaining(message) as string });
    expect(JSON.stringify(status)).not.toContain('192.0.2.7');
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is to look first, where something may have been done: %s', (method) => {
    expect(told(new PostgresError('unavailable', ''), method)).toMatchObject({ code: 504, reason: 'Timeout' });
    expect(told(new PostgresError('outcome-unknown', ''), method)).toMatchObject({ code: 504, reason: 'Timeout' });
  });

  it('is nothing in particular for what somebody must look into', () => {
    expect(told(new PostgresError('refused', 'permission denied'))).toBeUndefined();
    expect(told(new Error('connection'))).toBeUndefined();
  });
});
