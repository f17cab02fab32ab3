import type { Actor, Position } from '#lib/events';

/** How a tag came to be what it is from this revision on. */
export type RevisionKind =
  'Pushed' | 'Imported' | 'Resolved' | 'Followed' | 'Deleted' | 'Pruned' | 'StatusReplaced' | 'StreamDeleted';

/** One step in the life of a tag: who moved it, when, why, from what to what. */
export interface TagRevision {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
  readonly position: Position;
  readonly time: string;
  readonly kind: RevisionKind;
  /** Image that the tag showed before; absent for a tag that had none. */
  readonly from?: string;
  /** Image that the tag shows from now on; absent when it shows none. */
  readonly to?: string;
  readonly toReference?: string;
  readonly generation?: number;
  readonly actor: Actor;
  readonly userAgent?: string;
  readonly sourceAddress?: string;
  readonly requestId?: string;
  /** What led to the move: an import, the tag that is followed, the reference that was resolved, a request. */
  readonly cause?: string;
  readonly changeCause?: string;
  readonly eventId: string;
}
