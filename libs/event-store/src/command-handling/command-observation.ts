import { parseStreamName, type EventContext, type StreamName } from '#lib/events';
import { within } from '#lib/tracing';
import { EventStoreError } from '../event-store.js';
import type { CommandOutcome, StoreInstruments } from '../store-instruments.js';
import { StaleVersionError, TooMuchContentionError } from './command-errors.js';
import { Refusal } from './refusal.js';

/**
 * Runs a command as a span of the request's trace, and says how it ended. The events that it leads to carry the span's
 * trace context, and whoever acts on them goes on from there.
 */
export function observed<Result extends { readonly events: readonly unknown[] }>(
  { tracer, commanded }: StoreInstruments,
  stream: StreamName,
  context: EventContext,
  handle: (context: EventContext) => Promise<Result>,
): Promise<Result> {
  const { aggregate } = parseStreamName(stream);
  const counted = async (traced: EventContext): Promise<Result> => {
    try {
      const handled = await handle(traced);
      commanded?.({ aggregate, outcome: handled.events.length > 0 ? 'accepted' : 'unchanged' });
      return handled;
    } catch (error) {
      commanded?.({ aggregate, outcome: outcomeOf(error) });
      throw error;
    }
  };
  if (!tracer.isOn) return counted(context);
  const options = { parent: context.traceparent, attributes: { 'tagline.aggregate': aggregate } };
  return tracer.span(`command ${aggregate}`, options, async (span) => {
    const handled = await counted(within(context, span));
    span.set({ 'tagline.events': handled.events.length });
    return handled;
  });
}

function outcomeOf(error: unknown): CommandOutcome {
  if (error instanceof Refusal || error instanceof EventStoreError) return error.code;
  if (error instanceof StaleVersionError) return 'stale-version';
  return error instanceof TooMuchContentionError ? 'contention' : 'error';
}
