import {
  foldServiceAccount,
  parseStreamName,
  type Position,
  type ServiceAccountEvent,
  type ServiceAccountState,
} from '#lib/events';
import type { Tables } from '../tables.js';
import type { AnyRecorded, Projection } from './projection.js';

export interface ServiceAccountDocument {
  readonly account: ServiceAccountState;
  readonly version: Position;
}

/** Keeps the service accounts. */
export class ServiceAccountProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    const { aggregate, id } = parseStreamName(event.stream);
    if (aggregate !== 'serviceAccount') return;
    const slash = id.indexOf('/');
    const key = [id.slice(0, slash), id.slice(slash + 1)];
    const stored = tables.serviceAccounts.get(key);
    const before = stored && (JSON.parse(stored.toString('utf8')) as ServiceAccountDocument).account;
    const account = foldServiceAccount(before, event as ServiceAccountEvent);
    if (account === undefined) {
      tables.serviceAccounts.delete(key);
      return;
    }
    const document: ServiceAccountDocument = { account, version: event.position };
    tables.serviceAccounts.put(key, Buffer.from(JSON.stringify(document)));
  }
}
