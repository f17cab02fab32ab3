import { setTimeout as sleep } from 'node:timers/promises';
import { abortError, RegistryError } from '../registry-error.js';
import { header, type HttpHeaders, type HttpResponse } from './http-message.js';

export interface RetryPolicy {
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; each further wait is four times as long, give or take a quarter. */
  readonly baseDelayMs: number;
  /** The longest wait. A registry that asks for a longer one is not asked again: whoever called knows better. */
  readonly maxDelayMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 3, baseDelayMs: 250, maxDelayMs: 5_000 };

/** Tries something again while what goes wrong may pass: 429, 5xx, a broken connection, or (once) no answer in time. */
export async function withRetries(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  send: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await send().catch((error: unknown) => error);
    const delay = delayBeforeNext(outcome, attempt, policy);
    if (delay === undefined) {
      if (isResponse(outcome)) return outcome;
      throw outcome;
    }
    await wait(delay, signal);
  }
}

/** Milliseconds that `Retry-After` asks for, as seconds or as a date. */
export function retryAfterMs(headers: HttpHeaders, now: number = Date.now()): number | undefined {
  const value = header(headers, 'retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const TEMPORARY_STATUS: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
/** A host that let one request run into its limit will likely do so again: waiting twice is enough. */
const MAX_TIMEOUTS = 2;

function delayBeforeNext(outcome: unknown, attempt: number, policy: RetryPolicy): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  if (isResponse(outcome)) {
    if (!TEMPORARY_STATUS.has(outcome.status)) return undefined;
    const asked = retryAfterMs(outcome.headers);
    if (asked !== undefined) return asked <= policy.maxDelayMs ? asked : undefined;
    return backOff(attempt, policy);
  }
  if (!(outcome instanceof RegistryError) || outcome.details.temporary !== true) return undefined;
  if (outcome.code === 'timed-out' && attempt >= MAX_TIMEOUTS) return undefined;
  return backOff(attempt, policy);
}

const backOff = (attempt: number, { baseDelayMs, maxDelayMs }: RetryPolicy): number =>
  Math.min(maxDelayMs, baseDelayMs * 4 ** (attempt - 1) * (0.75 + Math.random() / 2));

const isResponse = (outcome: unknown): outcome is HttpResponse =>
  typeof outcome === 'object' && outcome !== null && !(outcome instanceof Error);

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted ? abortError(signal) : error;
  }
}
