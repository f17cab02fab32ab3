import { StaleVersionError } from '#lib/event-store';
import { conflict, type GroupResource } from '#lib/kube-api';

const MAX_ATTEMPTS = 200;

/**
 * Writes on what is there now, and again on what is there then when somebody else wrote in between. A writer who named
 * the version that it wants to change finds, on the second look, that it is no longer current.
 */
export async function untilCurrent<T>(resource: GroupResource, name: string, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StaleVersionError)) throw error;
    }
  }
  throw conflict(resource, name);
}
