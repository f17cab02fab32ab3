import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#lib/event-store';
import {
  foldServiceAccount,
  type ServiceAccountContent,
  type ServiceAccountEvent,
  type ServiceAccountState,
  type UserMetadata,
} from '#lib/events';
import { assertAbsent, bornAs, existing, type Born } from '../declared/births.js';

interface Content {
  readonly metadata: UserMetadata;
  readonly content: ServiceAccountContent;
}

export type ServiceAccountCommand =
  | ({ readonly type: 'CreateServiceAccount'; readonly namespace: string } & Born & Content)
  /** Makes metadata and content what they are here. */
  | ({ readonly type: 'ChangeServiceAccount'; readonly name: string } & Content)
  | { readonly type: 'DeleteServiceAccount'; readonly name: string; readonly uid?: string };

/** A service account as a decider. One that is created again is another one: tokens of the former are not good for it. */
export const serviceAccountDecider: Decider<
  ServiceAccountState | undefined,
  ServiceAccountCommand,
  ServiceAccountEvent
> = {
  initialState: undefined,
  evolve: foldServiceAccount,
  decide: (command, account) => {
    switch (command.type) {
      case 'CreateServiceAccount': {
        assertAbsent(account, command.name);
        const { namespace, metadata, content } = command;
        return [{ type: 'ServiceAccountCreated', data: { ...bornAs(command), namespace, metadata, content } }];
      }
      case 'ChangeServiceAccount':
        return change(command, existing(account, command.name));
      case 'DeleteServiceAccount': {
        const { uid } = existing(account, command.name, command.uid);
        return [{ type: 'ServiceAccountDeleted', data: { uid } }];
      }
    }
  },
};

function change({ metadata, content }: Content, account: ServiceAccountState): ServiceAccountEvent[] {
  const events: ServiceAccountEvent[] = [];
  if (!isDeepStrictEqual(metadata, account.metadata)) {
    events.push({ type: 'ServiceAccountMetadataChanged', data: metadata });
  }
  if (!isDeepStrictEqual(content, account.content)) {
    events.push({ type: 'ServiceAccountContentChanged', data: content });
  }
  return events;
}
