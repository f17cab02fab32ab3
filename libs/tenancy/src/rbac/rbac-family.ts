import { isDeepStrictEqual } from 'node:util';
import { RBAC_GROUP, type RbacFollower, type RbacIndex } from '#lib/access';
import type { Position, RoleRule, RoleState } from '#lib/events';
import type { FieldError, KubeObject, RequestUser } from '#lib/kube-api';
import type { RbacDocument, RbacKind } from '#lib/read-model';
import type { WritableResource } from '../object-writes.js';
import type { DeclaredCommand } from '../declared/declared-decider.js';
import type { DeclaredFamily, DeclaredTarget } from '../declared/declared-family.js';
import type { DeclaredPlace } from '../declared/declared-service.js';
import { userMetadata } from '../declared/user-metadata.js';
import type { GrantGuard } from './grant-guard.js';
import { KIND_NAMES, rbacObject, withDefaults, type RoleBindingObject, type RoleObject } from './rbac-objects.js';
import { bindingFaults, bindingUpdateFaults, rbacName, roleFaults } from './rbac-validation.js';

type Birth = { readonly uid: string; readonly now: Date };

/** What decisions about access are made by. */
export interface RbacInForce {
  readonly index: RbacIndex;
  /** Decisions must show a write before it is answered. */
  readonly follower: Pick<RbacFollower, 'waitFor' | 'former'>;
}

/** What roles and bindings have in common. */
abstract class RbacFamily {
  constructor(
    protected readonly guard: GrantGuard,
    private readonly inForceNow: RbacInForce,
  ) {}

  shown(document: RbacDocument): KubeObject {
    return rbacObject(document, (role) => this.index.stated(role));
  }

  inForce(position: Position): Promise<void> {
    return this.inForceNow.follower.waitFor(position);
  }

  protected get index(): RbacIndex {
    return this.inForceNow.index;
  }
}

const resourceOf = (kind: RbacKind): WritableResource => ({
  group: RBAC_GROUP,
  resource: `${kind.toLowerCase()}s`,
  kind: KIND_NAMES[kind],
  namespaced: kind === 'role' || kind === 'roleBinding',
  nameRule: rbacName,
});

type RoleKind = 'role' | 'clusterRole';

/** Roles, or cluster roles. */
export class RoleFamily extends RbacFamily implements DeclaredFamily<RoleKind> {
  readonly resource: WritableResource;

  constructor(
    readonly kind: RoleKind,
    guard: GrantGuard,
    inForce: RbacInForce,
  ) {
    super(guard, inForce);
    this.resource = resourceOf(kind);
  }

  complete(sent: KubeObject): RoleObject {
    return { ...sent, rules: (sent as RoleObject).rules ?? [] };
  }

  faults(object: KubeObject): readonly FieldError[] {
    return roleFaults(object, this.resource.namespaced);
  }

  updateFaults(object: KubeObject): readonly FieldError[] {
    return this.faults(object);
  }

  async assertMayState(
    user: RequestUser,
    target: DeclaredTarget,
    object: KubeObject,
    before?: KubeObject,
  ): Promise<void> {
    const [after, was] = [object as RoleObject, before as RoleObject | undefined];
    if (!isDeepStrictEqual(after.aggregationRule, was?.aggregationRule)) {
      await this.guard.assertMayAggregate(user, target);
    }
    if (was !== undefined && isDeepStrictEqual(after.rules ?? [], was.rules ?? [])) return;
    await this.guard.assertMayState(user, target, after.rules ?? []);
  }

  creation({ namespace, name }: DeclaredPlace, birth: Birth, object: KubeObject): DeclaredCommand {
    const content = this.content(object, []);
    return { type: 'CreateRole', ...(namespace === undefined ? {} : { namespace }), name, ...birth, ...content };
  }

  change({ name }: DeclaredPlace, object: KubeObject, before: RoleState): DeclaredCommand {
    return { type: 'ChangeRole', name, ...this.content(object, before.rules) };
  }

  deletion({ name }: DeclaredPlace, uid: string): DeclaredCommand {
    return { type: 'DeleteRole', name, uid };
  }

  /** Rules of a role that aggregates come from others: those that its author sends are not kept. */
  private content({ metadata, rules, aggregationRule }: RoleObject, kept: readonly RoleRule[]) {
    return {
      metadata: userMetadata(metadata),
      ...(aggregationRule === undefined ? { rules: rules ?? [] } : { rules: kept, aggregationRule }),
    };
  }
}

type BindingKind = 'roleBinding' | 'clusterRoleBinding';

/** Role bindings, or cluster role bindings. */
export class BindingFamily extends RbacFamily implements DeclaredFamily<BindingKind> {
  readonly resource: WritableResource;

  constructor(
    readonly kind: BindingKind,
    guard: GrantGuard,
    inForce: RbacInForce,
  ) {
    super(guard, inForce);
    this.resource = resourceOf(kind);
  }

  complete(sent: KubeObject): RoleBindingObject {
    return withDefaults(sent as RoleBindingObject);
  }

  faults(object: KubeObject): readonly FieldError[] {
    return bindingFaults(object as RoleBindingObject, this.resource.namespaced);
  }

  updateFaults(object: KubeObject, before: KubeObject): readonly FieldError[] {
    return [...bindingUpdateFaults(object as RoleBindingObject, before as RoleBindingObject), ...this.faults(object)];
  }

  async assertMayState(
    user: RequestUser,
    target: DeclaredTarget,
    object: KubeObject,
    before?: KubeObject,
  ): Promise<void> {
    const { roleRef, subjects = [] } = object as RoleBindingObject;
    if (before !== undefined && isDeepStrictEqual(subjects, (before as RoleBindingObject).subjects ?? [])) return;
    await this.guard.assertMayBind(user, target, roleRef, this.rulesOf(roleRef, target.namespace));
  }

  creation({ namespace, name }: DeclaredPlace, birth: Birth, object: KubeObject): DeclaredCommand {
    const { metadata, roleRef, subjects = [] } = object as RoleBindingObject;
    return {
      type: 'CreateRoleBinding',
      ...(namespace === undefined ? {} : { namespace }),
      name,
      ...birth,
      metadata: userMetadata(metadata),
      roleRef,
      subjects,
    };
  }

  change({ name }: DeclaredPlace, object: KubeObject): DeclaredCommand {
    const { metadata, subjects = [] } = object as RoleBindingObject;
    return { type: 'ChangeRoleBinding', name, metadata: userMetadata(metadata), subjects };
  }

  deletion({ name }: DeclaredPlace, uid: string): DeclaredCommand {
    return { type: 'DeleteRoleBinding', name, uid };
  }

  private rulesOf({ kind, name }: RoleBindingObject['roleRef'], namespace: string | undefined) {
    const role =
      kind === 'Role' ? this.index.get('role', namespace, name) : this.index.get('clusterRole', undefined, name);
    return role && this.index.stated(role.object as RoleState);
  }
}
