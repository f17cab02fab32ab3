import { foldRbac, type Position, type RbacEvent, type RbacState } from '#lib/events';
import { subjectOf, type RbacKind } from '../changes/subject.js';
import type { Key, Tables } from '../tables.js';
import type { AnyRecorded, Projection } from './projection.js';

/** A role or a binding, as of its last event. */
export interface RbacDocument {
  readonly kind: RbacKind;
  readonly object: RbacState;
  readonly version: Position;
}

/** Keeps roles and those who have them. */
export class RbacProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    const subject = subjectOf(event.stream);
    if (subject === undefined || !isRbac(subject.kind)) return;
    const { kind, id } = subject;
    const slash = id.indexOf('/');
    const key = slash < 0 ? rbacKey(kind, undefined, id) : rbacKey(kind, id.slice(0, slash), id.slice(slash + 1));
    const stored = tables.rbac.get(key);
    const before = stored && (JSON.parse(stored.toString('utf8')) as RbacDocument).object;
    const object = foldRbac(before, event as RbacEvent);
    if (object === undefined) {
      tables.rbac.delete(key);
      return;
    }
    const document: RbacDocument = { kind, object, version: event.position };
    tables.rbac.put(key, Buffer.from(JSON.stringify(document)));
  }
}

export const rbacKey = (kind: RbacKind, namespace: string | undefined, name: string): Key =>
  namespace === undefined ? [kind, name] : [kind, namespace, name];

/** The kinds of subject that are about who may do what. */
export const RBAC_KINDS = ['role', 'clusterRole', 'roleBinding', 'clusterRoleBinding'] as const;

export const isRbac = (kind: string): kind is RbacKind => (RBAC_KINDS as readonly string[]).includes(kind);
