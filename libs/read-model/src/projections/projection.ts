import type { TaglineEvent, RecordedEvent } from '#lib/events';
import type { Tables } from '../tables.js';

export type AnyRecorded = RecordedEvent & TaglineEvent;

/** Folds events into tables. Uses nothing but the event and the tables, so that a replay builds the same bytes. */
export interface Projection {
  apply(event: AnyRecorded, tables: Tables): void;
}
