import { StaleVersionError } from '#lib/event-store';
import { conflict } from '#lib/kube-api';
import type { ResourceNames } from './refusal-status.js';

const MAX_ATTEMPTS = 50;

/** Writes on what is there now, and again on what is there then when somebody else wrote in between. */
export async function untilCurrent<T>(resource: ResourceNames, name: string, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StaleVersionError)) throw error;
    }
  }
  throw conflict(resource, name);
}
