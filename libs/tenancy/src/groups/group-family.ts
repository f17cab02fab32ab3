import type { GroupFollower } from '#lib/access';
import type { Position } from '#lib/events';
import type { FieldError, KubeObject } from '#lib/kube-api';
import type { DeclaredDocument } from '#lib/read-model';
import type { DeclaredCommand } from '../declared/declared-decider.js';
import type { DeclaredFamily } from '../declared/declared-family.js';
import { declaredMetadata } from '../declared/declared-metadata.js';
import type { DeclaredPlace } from '../declared/declared-service.js';
import { userMetadata } from '../declared/user-metadata.js';
import type { WritableResource } from '../object-writes.js';
import { groupName, userFaults } from './group-validation.js';

export interface GroupObject extends KubeObject {
  readonly users?: readonly string[];
}

/** What memberships are looked up by. */
export interface GroupsInForce {
  readonly follower: Pick<GroupFollower, 'waitFor'>;
}

export const USER_GROUP = 'user.openshift.io';

/** `groups`. */
export class GroupFamily implements DeclaredFamily<'group'> {
  readonly kind = 'group';
  readonly resource: WritableResource = {
    ...{ group: USER_GROUP, resource: 'groups', kind: 'Group' },
    namespaced: false,
    nameRule: groupName,
  };

  constructor(private readonly groups: GroupsInForce) {}

  complete(sent: KubeObject): GroupObject {
    return { ...sent, users: usersOf(sent) };
  }

  faults(object: KubeObject): readonly FieldError[] {
    return userFaults(usersOf(object));
  }

  updateFaults(object: KubeObject): readonly FieldError[] {
    return this.faults(object);
  }

  creation(
    { name }: DeclaredPlace,
    birth: { readonly uid: string; readonly now: Date },
    object: KubeObject,
  ): DeclaredCommand {
    return { type: 'CreateGroup', name, ...birth, ...contentOf(object) };
  }

  change({ name }: DeclaredPlace, object: KubeObject): DeclaredCommand {
    return { type: 'ChangeGroup', name, ...contentOf(object) };
  }

  deletion({ name }: DeclaredPlace, uid: string): DeclaredCommand {
    return { type: 'DeleteGroup', name, uid };
  }

  shown({ object, version }: DeclaredDocument<'group'>): GroupObject {
    const metadata = declaredMetadata(object, version);
    return { kind: 'Group', apiVersion: `${USER_GROUP}/v1`, metadata, users: object.users };
  }

  inForce(position: Position): Promise<void> {
    return this.groups.follower.waitFor(position);
  }
}

/** The users that a group names. */
export const usersOf = (object: KubeObject): readonly string[] => (object as GroupObject).users ?? [];

const contentOf = (object: KubeObject) => ({ metadata: userMetadata(object.metadata), users: usersOf(object) });
