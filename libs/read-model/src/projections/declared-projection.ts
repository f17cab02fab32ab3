import {
  foldDeclared,
  isDeclared,
  type DeclaredEvent,
  type DeclaredKind,
  type DeclaredState,
  type DeclaredStates,
  type Position,
} from '#lib/events';
import { subjectOf } from '../changes/subject.js';
import type { Key, Tables } from '../tables.js';
import type { AnyRecorded, Projection, RowPlace } from './projection.js';

/** What was declared, as of its last event. */
export interface DeclaredDocument<K extends DeclaredKind = DeclaredKind> {
  readonly kind: K;
  readonly object: DeclaredStates[K];
  readonly version: Position;
}

/** Keeps what was declared. */
export class DeclaredProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    const subject = subjectOf(event.stream);
    if (subject === undefined || !isDeclared(subject.kind)) return;
    const { kind } = subject;
    const { namespace, name } = declaredPlace(subject.id);
    const key = declaredKey(kind, namespace, name);
    const stored = tables.declared.get(key);
    const before = stored && (JSON.parse(stored.toString('utf8')) as { readonly object: DeclaredState }).object;
    const object = foldDeclared(before, event as DeclaredEvent);
    if (object === undefined) {
      tables.declared.delete(key);
      return;
    }
    const document: DeclaredDocument = { kind, object, version: event.position };
    tables.declared.put(key, Buffer.from(JSON.stringify(document)));
  }

  reads({ stream }: AnyRecorded): readonly RowPlace[] {
    const subject = subjectOf(stream);
    if (subject === undefined || !isDeclared(subject.kind)) return [];
    const { namespace, name } = declaredPlace(subject.id);
    return [['declared', declaredKey(subject.kind, namespace, name)]];
  }
}

export const declaredKey = (kind: DeclaredKind, namespace: string | undefined, name: string): Key =>
  namespace === undefined ? [kind, name] : [kind, namespace, name];

/** The place of what was declared, from the name of its aggregate. */
export function declaredPlace(id: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = id.indexOf('/');
  return slash < 0 ? { namespace: undefined, name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** Roles and those who have them. */
export type RbacKind = 'role' | 'clusterRole' | 'roleBinding' | 'clusterRoleBinding';
export type RbacDocument = DeclaredDocument<RbacKind>;

/** The kinds that say who may do what. */
export const RBAC_KINDS: readonly RbacKind[] = ['role', 'clusterRole', 'roleBinding', 'clusterRoleBinding'];

/** The kinds that bound a namespace. */
export type LimitKind = 'limitRange' | 'resourceQuota';
export const LIMIT_KINDS: readonly LimitKind[] = ['limitRange', 'resourceQuota'];
