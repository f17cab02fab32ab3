import type { Span, SpanOptions } from './tracer.js';

/** version, trace, span, flags: all that is looked at before a trace context is taken from outside. */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace context that a text from outside holds; `undefined` for any other text. */
export const traceparentOf = (text: unknown): string | undefined =>
  typeof text === 'string' && TRACEPARENT.test(text) ? text : undefined;

/**
 * The span of publishing events. Each message takes its event's own context along, so that whoever consumes it goes on in
 * the trace of the request that led to it.
 */
export const publishing = (contexts: readonly (string | undefined)[]): SpanOptions => ({
  kind: 'producer',
  ...together(contexts),
  attributes: { 'messaging.batch.message_count': contexts.length },
});

/** The span of acting on one message, from the trace context that it brings. */
export const consuming = (topic: string, header: unknown): SpanOptions => ({
  kind: 'consumer',
  parent: traceparentOf(header),
  attributes: { 'messaging.destination.name': topic },
});

/** The span of calling another service. */
export const calling = (method: string, context: unknown): SpanOptions => ({
  kind: 'client',
  parent: traceparentOf(context),
  attributes: { 'rpc.method': method },
});

/** The span of answering a call of another service, from the trace context of its envelope. */
export const answering = (method: string, context: unknown): SpanOptions => ({
  kind: 'server',
  parent: traceparentOf(context),
  attributes: { 'rpc.method': method },
});

/** What a command carries along, when it goes on within a span. */
export const within = <Carrier extends { readonly traceparent?: string }>(
  carrier: Carrier,
  { traceparent }: Span,
): Carrier => (traceparent === undefined ? carrier : { ...carrier, traceparent });

/** What is older is not what somebody just did. */
const OF_OLD_MS = 60_000;

/**
 * Whether the traces of what happened at a time are over, and nothing is to be added to them: old events are read again
 * whenever a process begins, or builds something anew.
 *
 * @param time - RFC 3339.
 */
export const isOfOld = (time: string, now = Date.now()): boolean => now - Date.parse(time) > OF_OLD_MS;

/** A span is linked to so many others at most. */
const MAX_LINKS = 32;

/** What serves several requests at once is part of the trace of the first, and linked to the others. */
export function together(contexts: readonly (string | undefined)[]): Pick<SpanOptions, 'parent' | 'links'> {
  const distinct = new Set<string>();
  for (const context of contexts) {
    if (distinct.size > MAX_LINKS) break;
    const known = traceparentOf(context);
    if (known !== undefined) distinct.add(known);
  }
  const [parent, ...links] = distinct;
  return { parent, links };
}
