import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#lib/event-store';
import {
  foldResourceQuota,
  type QuotaSpec,
  type ResourceQuotaEvent,
  type ResourceQuotaState,
  type UserMetadata,
} from '#lib/events';
import { assertAbsent, bornAs, existing, type Born } from '../declared/births.js';

interface Content {
  readonly metadata: UserMetadata;
  readonly spec: QuotaSpec;
}

export type ResourceQuotaCommand =
  | ({ readonly type: 'CreateResourceQuota' } & Born & Content)
  /** Makes metadata and amounts what they are here. */
  | ({ readonly type: 'ChangeResourceQuota'; readonly name: string } & Content)
  | { readonly type: 'DeleteResourceQuota'; readonly name: string; readonly uid?: string };

/** A quota of a namespace as a decider; `undefined`: there is none of that name. */
export const resourceQuotaDecider: Decider<ResourceQuotaState | undefined, ResourceQuotaCommand, ResourceQuotaEvent> = {
  initialState: undefined,
  evolve: foldResourceQuota,
  decide: (command, quota) => {
    switch (command.type) {
      case 'CreateResourceQuota': {
        assertAbsent(quota, command.name);
        const { metadata, spec } = command;
        return [{ type: 'ResourceQuotaCreated', data: { ...bornAs(command), metadata, spec } }];
      }
      case 'ChangeResourceQuota':
        return change(command, existing(quota, command.name));
      case 'DeleteResourceQuota': {
        const { uid } = existing(quota, command.name, command.uid);
        return [{ type: 'ResourceQuotaDeleted', data: { uid } }];
      }
    }
  },
};

function change({ metadata, spec }: Content, quota: ResourceQuotaState): ResourceQuotaEvent[] {
  const events: ResourceQuotaEvent[] = [];
  if (!isDeepStrictEqual(metadata, quota.metadata)) {
    events.push({ type: 'ResourceQuotaMetadataChanged', data: metadata });
  }
  if (!isDeepStrictEqual(spec, quota.spec)) events.push({ type: 'ResourceQuotaSpecChanged', data: { spec } });
  return events;
}
