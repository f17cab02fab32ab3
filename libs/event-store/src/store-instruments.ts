import type { Aggregate } from '#lib/events';
import type { Tracer } from '#lib/tracing';
import type { RefusalCode } from './command-handling/refusal.js';
import type { EventStoreFailure } from './event-store-error.js';

/** How a command ended: with events, with none, or why not. The values are few, as metrics need them. */
export type CommandOutcome =
  'accepted' | 'unchanged' | RefusalCode | 'stale-version' | 'contention' | EventStoreFailure | 'error';

/** By what a store, and whatever works on it, is traced and measured. */
export interface StoreInstruments {
  readonly tracer: Tracer;
  readonly commanded?: (command: { readonly aggregate: Aggregate; readonly outcome: CommandOutcome }) => void;
  /** An append was answered. Those that lost against another writer, or failed, are not told of. */
  readonly appended?: (append: { readonly events: number; readonly seconds: number }) => void;
}
