import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#lib/event-store';
import { foldGroup, type GroupEvent, type GroupState, type UserMetadata } from '#lib/events';
import { assertAbsent, bornAs, existing, type Born } from '../declared/births.js';

interface Content {
  readonly metadata: UserMetadata;
  readonly users: readonly string[];
}

export type GroupCommand =
  | ({ readonly type: 'CreateGroup' } & Born & Content)
  /** Makes metadata and users what they are here. */
  | ({ readonly type: 'ChangeGroup'; readonly name: string } & Content)
  | { readonly type: 'DeleteGroup'; readonly name: string; readonly uid?: string };

/** A group of users as a decider; `undefined`: there is none of that name. */
export const groupDecider: Decider<GroupState | undefined, GroupCommand, GroupEvent> = {
  initialState: undefined,
  evolve: foldGroup,
  decide: (command, group) => {
    switch (command.type) {
      case 'CreateGroup': {
        assertAbsent(group, command.name);
        const { metadata, users } = command;
        return [{ type: 'GroupCreated', data: { ...bornAs(command), metadata, users } }];
      }
      case 'ChangeGroup':
        return change(command, existing(group, command.name));
      case 'DeleteGroup': {
        const { uid } = existing(group, command.name, command.uid);
        return [{ type: 'GroupDeleted', data: { uid } }];
      }
    }
  },
};

function change({ metadata, users }: Content, group: GroupState): GroupEvent[] {
  const events: GroupEvent[] = [];
  if (!isDeepStrictEqual(metadata, group.metadata)) events.push({ type: 'GroupMetadataChanged', data: metadata });
  if (!isDeepStrictEqual(users, group.users)) events.push({ type: 'GroupUsersChanged', data: { users } });
  return events;
}
