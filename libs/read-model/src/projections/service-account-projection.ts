import {
  foldServiceAccount,
  parseStreamName,
  type Position,
  type ServiceAccountEvent,
  type ServiceAccountState,
} from '#lib/events';
import type { Key, Tables } from '../tables.js';
import type { AnyRecorded, Projection, RowPlace } from './projection.js';

export interface ServiceAccountDocument {
  readonly account: ServiceAccountState;
  readonly version: Position;
}

/** Keeps the service accounts. */
export class ServiceAccountProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    const key = keyOf(event);
    if (key === undefined) return;
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

  reads(event: AnyRecorded): readonly RowPlace[] {
    const key = keyOf(event);
    return key === undefined ? [] : [['serviceAccounts', key]];
  }
}

/** Where the service account is that an event is about. */
function keyOf({ stream }: AnyRecorded): Key | undefined {
  const { aggregate, id } = parseStreamName(stream);
  const slash = id.indexOf('/');
  return aggregate === 'serviceAccount' ? [id.slice(0, slash), id.slice(slash + 1)] : undefined;
}
