import type { RecordedEvent } from '#lib/events';
import { isOfOld, together, type StartedSpan, type Tracer } from '#lib/tracing';

/**
 * The span of showing events in the read models: part of the trace of the request that led to the first of them, linked to
 * those of the others. There is none for events that no trace led to, nor for those of old, which are read when a process
 * starts or builds read models anew: their traces are over.
 */
export function startProjectionSpan(
  tracer: Tracer | undefined,
  events: readonly Pick<RecordedEvent, 'metadata' | 'position'>[],
): StartedSpan | undefined {
  const last = events.at(-1);
  if (tracer === undefined || !tracer.isOn || last === undefined) return undefined;
  if (isOfOld(last.metadata.time)) return undefined;
  const traces = together(events.map(({ metadata }) => metadata.traceparent));
  if (traces.parent === undefined) return undefined;
  return tracer.start('project', {
    ...traces,
    attributes: { 'tagline.events': events.length, 'tagline.position': last.position },
  });
}
