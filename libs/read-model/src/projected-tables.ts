import type { Position } from '#lib/events';
import type { AnyRecorded, Projection } from './projections/projection.js';

/** The tables as the projector sees them: a place that events are folded into. */
export interface ProjectedTables {
  /** Position of the last event that the tables show. */
  readonly checkpoint: Position;

  /**
   * Folds events into the tables and moves the checkpoint to the last of them, both or neither. Tables in this process
   * are done when this returns.
   */
  project(events: readonly AnyRecorded[], folds: readonly Projection[]): void | Promise<void>;
}
