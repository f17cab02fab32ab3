import type { GroupCreated, GroupEvent } from './events.js';

export type GroupState = GroupCreated['data'];

/** @returns `undefined` once the group is gone. */
export function foldGroup(group: GroupState | undefined, event: GroupEvent): GroupState | undefined {
  if (event.type === 'GroupCreated') return event.data;
  if (group === undefined) return undefined;
  switch (event.type) {
    case 'GroupMetadataChanged':
      return { ...group, metadata: event.data };
    case 'GroupUsersChanged':
      return { ...group, users: event.data.users };
    case 'GroupDeleted':
      return undefined;
  }
}
