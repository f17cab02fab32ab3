import { foldNamespace, parseStreamName, type NamespaceEvent, type NamespaceState, type Position } from '#lib/events';
import type { Tables } from '../tables.js';
import type { AnyRecorded, Projection, RowPlace } from './projection.js';

export interface NamespaceDocument {
  readonly namespace: NamespaceState;
  readonly version: Position;
}

/** Keeps the namespaces. */
export class NamespaceProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    const { aggregate, id: name } = parseStreamName(event.stream);
    if (aggregate !== 'namespace') return;
    const stored = tables.namespaces.get([name]);
    const before = stored && (JSON.parse(stored.toString('utf8')) as NamespaceDocument).namespace;
    const namespace = foldNamespace(before, event as NamespaceEvent);
    if (namespace === undefined) {
      tables.namespaces.delete([name]);
      return;
    }
    const document: NamespaceDocument = { namespace, version: event.position };
    tables.namespaces.put([name], Buffer.from(JSON.stringify(document)));
  }

  reads({ stream }: AnyRecorded): readonly RowPlace[] {
    const { aggregate, id } = parseStreamName(stream);
    return aggregate === 'namespace' ? [['namespaces', [id]]] : [];
  }
}
