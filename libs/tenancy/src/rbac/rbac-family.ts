import { RBAC_GROUP, type RbacIndex } from '#lib/access';
import type { RbacState, RoleRule, RoleState } from '#lib/events';
import type { FieldError, KubeObject, RequestUser } from '#lib/kube-api';
import type { RbacKind } from '#lib/read-model';
import type { WritableResource } from '../object-writes.js';
import { isDeepStrictEqual } from 'node:util';
import type { GrantGuard, GrantTarget } from './grant-guard.js';
import type { RbacCommand } from './rbac-commands.js';
import { KIND_NAMES, withDefaults, type RoleBindingObject, type RoleObject } from './rbac-objects.js';
import type { RbacPlace } from './rbac-service.js';
import { bindingFaults, bindingUpdateFaults, rbacName, roleFaults } from './rbac-validation.js';
import { userMetadata } from './user-metadata.js';

type Birth = { readonly uid: string; readonly now: Date };

/** What roles and bindings do in their own ways; the rest is the same for both. */
export interface RbacFamily {
  readonly kind: RbacKind;
  readonly resource: WritableResource;
  /** Fills in what the author of an object left out. */
  complete(sent: KubeObject): KubeObject;
  faults(object: KubeObject): readonly FieldError[];
  updateFaults(object: KubeObject, before: KubeObject): readonly FieldError[];
  /** @throws ApiError where the user would give away more than they have. */
  assertMayGrant(user: RequestUser, target: GrantTarget, object: KubeObject, before?: KubeObject): Promise<void>;
  creation(place: RbacPlace, birth: Birth, object: KubeObject): RbacCommand;
  /** @param before - what is in the log: a role that aggregates shows rules that are not its own. */
  change(place: RbacPlace, object: KubeObject, before: RbacState): RbacCommand;
  deletion(place: RbacPlace, uid: string): RbacCommand;
}

const resourceOf = (kind: RbacKind): WritableResource => ({
  group: RBAC_GROUP,
  resource: `${kind.toLowerCase()}s`,
  kind: KIND_NAMES[kind],
  namespaced: kind === 'role' || kind === 'roleBinding',
  nameRule: rbacName,
});

/** Roles, or cluster roles. */
export class RoleFamily implements RbacFamily {
  readonly resource: WritableResource;

  constructor(
    readonly kind: 'role' | 'clusterRole',
    private readonly guard: GrantGuard,
  ) {
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

  async assertMayGrant(user: RequestUser, target: GrantTarget, object: KubeObject, before?: KubeObject): Promise<void> {
    const [after, was] = [object as RoleObject, before as RoleObject | undefined];
    if (!isDeepStrictEqual(after.aggregationRule, was?.aggregationRule)) {
      await this.guard.assertMayAggregate(user, target);
    }
    if (was !== undefined && isDeepStrictEqual(after.rules ?? [], was.rules ?? [])) return;
    await this.guard.assertMayState(user, target, after.rules ?? []);
  }

  creation({ namespace, name }: RbacPlace, birth: Birth, object: KubeObject): RbacCommand {
    const content = this.content(object, []);
    return { type: 'CreateRole', ...(namespace === undefined ? {} : { namespace }), name, ...birth, ...content };
  }

  change({ name }: RbacPlace, object: KubeObject, before: RbacState): RbacCommand {
    return { type: 'ChangeRole', name, ...this.content(object, (before as RoleState).rules) };
  }

  deletion({ name }: RbacPlace, uid: string): RbacCommand {
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

/** Role bindings, or cluster role bindings. */
export class BindingFamily implements RbacFamily {
  readonly resource: WritableResource;

  constructor(
    readonly kind: 'roleBinding' | 'clusterRoleBinding',
    private readonly guard: GrantGuard,
    private readonly index: RbacIndex,
  ) {
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

  async assertMayGrant(user: RequestUser, target: GrantTarget, object: KubeObject, before?: KubeObject): Promise<void> {
    const { roleRef, subjects = [] } = object as RoleBindingObject;
    if (before !== undefined && isDeepStrictEqual(subjects, (before as RoleBindingObject).subjects ?? [])) return;
    await this.guard.assertMayBind(user, target, roleRef, this.rulesOf(roleRef, target.namespace));
  }

  creation({ namespace, name }: RbacPlace, birth: Birth, object: KubeObject): RbacCommand {
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

  change({ name }: RbacPlace, object: KubeObject): RbacCommand {
    const { metadata, subjects = [] } = object as RoleBindingObject;
    return { type: 'ChangeRoleBinding', name, metadata: userMetadata(metadata), subjects };
  }

  deletion({ name }: RbacPlace, uid: string): RbacCommand {
    return { type: 'DeleteRoleBinding', name, uid };
  }

  private rulesOf({ kind, name }: RoleBindingObject['roleRef'], namespace: string | undefined) {
    const role =
      kind === 'Role' ? this.index.get('role', namespace, name) : this.index.get('clusterRole', undefined, name);
    return role && this.index.stated(role.object as RoleState);
  }
}
