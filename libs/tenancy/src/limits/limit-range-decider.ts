import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#lib/event-store';
import {
  foldLimitRange,
  type LimitRangeEvent,
  type LimitRangeItem,
  type LimitRangeState,
  type UserMetadata,
} from '#lib/events';
import { assertAbsent, bornAs, existing, type Born } from '../declared/births.js';

interface Content {
  readonly metadata: UserMetadata;
  readonly limits: readonly LimitRangeItem[];
}

export type LimitRangeCommand =
  | ({ readonly type: 'CreateLimitRange' } & Born & Content)
  /** Makes metadata and limits what they are here. */
  | ({ readonly type: 'ChangeLimitRange'; readonly name: string } & Content)
  | { readonly type: 'DeleteLimitRange'; readonly name: string; readonly uid?: string };

/** The limits of a namespace as a decider; `undefined`: there are none of that name. */
export const limitRangeDecider: Decider<LimitRangeState | undefined, LimitRangeCommand, LimitRangeEvent> = {
  initialState: undefined,
  evolve: foldLimitRange,
  decide: (command, range) => {
    switch (command.type) {
      case 'CreateLimitRange': {
        assertAbsent(range, command.name);
        const { metadata, limits } = command;
        return [{ type: 'LimitRangeCreated', data: { ...bornAs(command), metadata, limits } }];
      }
      case 'ChangeLimitRange':
        return change(command, existing(range, command.name));
      case 'DeleteLimitRange': {
        const { uid } = existing(range, command.name, command.uid);
        return [{ type: 'LimitRangeDeleted', data: { uid } }];
      }
    }
  },
};

function change({ metadata, limits }: Content, range: LimitRangeState): LimitRangeEvent[] {
  const events: LimitRangeEvent[] = [];
  if (!isDeepStrictEqual(metadata, range.metadata)) {
    events.push({ type: 'LimitRangeMetadataChanged', data: metadata });
  }
  if (!isDeepStrictEqual(limits, range.limits)) events.push({ type: 'LimitRangeLimitsChanged', data: { limits } });
  return events;
}
