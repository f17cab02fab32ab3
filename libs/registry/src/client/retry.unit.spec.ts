import { describe, expect, it } from 'vitest';
import { RegistryError } from '../registry-error.js';
import type { HttpResponse } from './http-message.js';
import { retryAfterMs, withRetries } from './retry.js';

const policy = { attempts: 3, baseDelayMs: 1, maxDelayMs: 5 };
const answer = (status: number, headers = {}): HttpResponse => ({ status, headers, body: Buffer.alloc(0) });

async function attemptsUntil(outcomes: readonly (HttpResponse | RegistryError)[]) {
  let attempts = 0;
  const result = await withRetries(policy, undefined, async () => {
    const outcome = outcomes[Math.min(attempts++, outcomes.length - 1)];
    if (outcome instanceof RegistryError) throw outcome;
    return outcome ?? answer(200);
  }).catch((error: unknown) => error);
  return { attempts, result };
}

describe('withRetries', () => {
  it.each([429, 500, 502, 503, 504])('tries again after %i, up to the limit', async (status) => {
    expect((await attemptsUntil([answer(status)])).attempts).toBe(3);
    expect(await attemptsUntil([answer(status), answer(200)])).toMatchObject({ attempts: 2, result: { status: 200 } });
  });

  it.each([200, 301, 400, 401, 403, 404])('leaves %i alone', async (status) => {
    expect((await attemptsUntil([answer(status)])).attempts).toBe(1);
  });

  it('does not ask again before the registry wants to be asked', async () => {
    expect((await attemptsUntil([answer(429, { 'retry-after': '3600' })])).attempts).toBe(1);
    expect((await attemptsUntil([answer(429, { 'retry-after': '0' })])).attempts).toBe(3);
  });

  it('tries again what may pass, and nothing else', async () => {
    expect((await attemptsUntil([new RegistryError('unreachable', 'x', { temporary: true })])).attempts).toBe(3);
    expect((await attemptsUntil([new RegistryError('timed-out', 'x', { temporary: true })])).attempts).toBe(2);
    expect((await attemptsUntil([new RegistryError('unreachable', 'x')])).attempts).toBe(1);
  });

  it('stops waiting when the signal says so', async () => {
    const stop = new AbortController();
    const slow = { attempts: 2, baseDelayMs: 60_000, maxDelayMs: 60_000 };
    const result = withRetries(slow, stop.signal, async () => answer(503));
    stop.abort();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
  });
});

it('reads Retry-After as seconds and as a date', () => {
  const now = Date.parse('2024-01-01T00:00:00Z');
  expect(retryAfterMs({ 'retry-after': '7' }, now)).toBe(7_000);
  expect(retryAfterMs({ 'retry-after': 'Mon, 01 Jan 2024 00:00:09 GMT' }, now)).toBe(9_000);
  expect(retryAfterMs({ 'retry-after': 'soon' }, now)).toBeUndefined();
  expect(retryAfterMs({}, now)).toBeUndefined();
});
