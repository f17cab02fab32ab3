import type { RecordedEvent } from '#lib/events';
import { together, type StartedSpan, type Tracer } from '#lib/tracing';

/** Events that are older are not what somebody just did. */
const OF_OLD_MS = 60_000;

/**
 * The span of showing events in the read models: part of the trace of the request that led to the first of them, linked to
 * those of the others. There is none for events that no trace led to, nor for those of old, which are read when a process
 * starts or builds read models anew: their traces are over.
 */
export function startProjectionSpan(
  tracer: Tracer | undefined,
  events: readonly Pick<RecordedEvent, 'metadata' | 'position'>[],
  now = Date.now(),
): StartedSpan | undefined {
  const last = events.at(-1);
  if (tracer === undefined || !tracer.isOn || last === undefined) return undefined;
  if (now - Date.parse(last.metadata.time) > OF_OLD_MS) return undefined;
  const traces = together(events.map(({ metadata }) => metadata.traceparent));
  if (traces.parent === undefined) return undefined;
  return tracer.start('project', {
    ...traces,
    attributes: { 'tagline.events': events.length, 'tagline.position': last.position },
  });
}
