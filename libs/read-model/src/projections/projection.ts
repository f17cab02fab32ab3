import type { TaglineEvent, RecordedEvent } from '#lib/events';
import type { Key, TableName, Tables } from '../tables.js';

export type AnyRecorded = RecordedEvent & TaglineEvent;

/** Folds events into tables. Uses nothing but the event and the tables, so that a replay builds the same bytes. */
export interface Projection {
  apply(event: AnyRecorded, tables: Tables): void;

  /**
   * Rows that `apply` looks at for certain, as far as the event tells. Where tables are far away, these are fetched for
   * many events at once; whatever else `apply` looks at is fetched when it turns out, and costs another journey.
   */
  reads(event: AnyRecorded): readonly RowPlace[];
}

export type RowPlace = readonly [table: TableName, key: Key];
