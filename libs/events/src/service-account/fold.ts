import type { ServiceAccountCreated, ServiceAccountEvent } from './events.js';

export type ServiceAccountState = ServiceAccountCreated['data'];

/** @returns `undefined` once the service account is gone. */
export function foldServiceAccount(
  account: ServiceAccountState | undefined,
  event: ServiceAccountEvent,
): ServiceAccountState | undefined {
  if (event.type === 'ServiceAccountCreated') return event.data;
  if (account === undefined) return undefined;
  switch (event.type) {
    case 'ServiceAccountMetadataChanged':
      return { ...account, metadata: event.data };
    case 'ServiceAccountContentChanged':
      return { ...account, content: event.data };
    case 'ServiceAccountDeleted':
      return undefined;
  }
}
