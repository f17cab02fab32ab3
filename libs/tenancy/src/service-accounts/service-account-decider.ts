import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#lib/event-store';
import { foldServiceAccount, type ServiceAccountEvent, type ServiceAccountState } from '#lib/events';
import { assertAbsent, bornAs, existing } from '../declared/births.js';
import type { ServiceAccountCommand } from './service-account-commands.js';

/** `undefined`: there is no such service account. */
export type ServiceAccount = ServiceAccountState | undefined;

/** A service account as a decider. One that is created again is another one: tokens of the former are not good for it. */
export const serviceAccountDecider: Decider<ServiceAccount, ServiceAccountCommand, ServiceAccountEvent> = {
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

function change(
  { metadata, content }: Extract<ServiceAccountCommand, { type: 'ChangeServiceAccount' }>,
  account: ServiceAccountState,
): ServiceAccountEvent[] {
  const events: ServiceAccountEvent[] = [];
  if (!isDeepStrictEqual(metadata, account.metadata)) {
    events.push({ type: 'ServiceAccountMetadataChanged', data: metadata });
  }
  if (!isDeepStrictEqual(content, account.content)) {
    events.push({ type: 'ServiceAccountContentChanged', data: content });
  }
  return events;
}
