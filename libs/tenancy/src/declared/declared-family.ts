import type { DeclaredKind, DeclaredStates, Position } from '#lib/events';
import type { FieldError, GroupResource, KubeObject, RequestUser } from '#lib/kube-api';
import type { DeclaredDocument } from '#lib/read-model';
import type { WritableResource } from '../object-writes.js';
import type { DeclaredCommand } from './declared-decider.js';
import type { DeclaredPlace } from './declared-service.js';

/** What somebody is about to write. */
export interface DeclaredTarget {
  readonly resource: GroupResource;
  /** Absent for what holds in the cluster. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What each kind of declaration does in its own way; the rest is the same for all. */
export interface DeclaredFamily<K extends DeclaredKind> {
  readonly kind: K;
  readonly resource: WritableResource;
  /** Fills in what the author of an object left out, and writes it in the form in which it is kept. */
  complete(sent: KubeObject): KubeObject;
  faults(object: KubeObject): readonly FieldError[];
  updateFaults(object: KubeObject, before: KubeObject): readonly FieldError[];
  /** @throws ApiError where the user may not say this, although they may write the resource. */
  assertMayState?(user: RequestUser, target: DeclaredTarget, object: KubeObject, before?: KubeObject): Promise<void>;
  creation(
    place: DeclaredPlace<K>,
    birth: { readonly uid: string; readonly now: Date },
    object: KubeObject,
  ): DeclaredCommand;
  /** @param before - what is in the log, which need not be what the object shows. */
  change(place: DeclaredPlace<K>, object: KubeObject, before: DeclaredStates[K]): DeclaredCommand;
  deletion(place: DeclaredPlace<K>, uid: string): DeclaredCommand;
  /** As an API object. */
  shown(document: DeclaredDocument<K>): KubeObject | Promise<KubeObject>;
  /** Resolves when the server decides by what was declared up to a position; absent where it reads that when it decides. */
  inForce?(position: Position): Promise<void>;
}
