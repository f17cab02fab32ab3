import { currentVersion, parseStreamName, type RecordedEvent } from '#lib/events';

/** Reverse-DNS prefix of the types, as CloudEvents asks for. */
const TYPE_PREFIX = 'dev.tagline.';
/** Of what callers said, where an event is only referred to. */
const CLIPPED_LENGTH = 512;

/** An event as CloudEvents 1.0 has it, whatever it travels by. */
export interface CloudEvent {
  /** Context attributes by their names, without those whose value is not known. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** JSON. */
  readonly data: string;
}

export const JSON_TYPE = 'application/json';
/** Data that says where the event is to be had, in place of the event's own. */
export const REFERENCE_TYPE = 'application/vnd.tagline.event-reference+json';

/** Type of an event as consumers see it. */
export const cloudEventType = (type: string): string => `${TYPE_PREFIX}${type}`;

/** Identifier of the JSON Schema of an event's data. */
export const dataSchema = (type: string, version: number): string => `urn:tagline:event:${type}:v${version}`;

/** @param source - tells one log from another. */
export function cloudEvent(event: RecordedEvent, source: string): CloudEvent {
  const { type } = event;
  const attributes = { ...attributesOf(event, source), dataschema: dataSchema(type, currentVersion(type)) };
  return { attributes, contentType: JSON_TYPE, data: JSON.stringify(event.data) };
}

/** Stands for an event that is too large to be sent: everything but its data, and where that is. */
export function cloudEventReference(event: RecordedEvent, source: string, bytes: number): CloudEvent {
  const { stream, revision, position, metadata } = event;
  const reference = { stream, revision, position, hash: metadata.hash, bytes };
  return {
    attributes: { ...attributesOf(event, source), ...clipped(said(event)) },
    contentType: REFERENCE_TYPE,
    data: JSON.stringify({ reference }),
  };
}

function attributesOf(event: RecordedEvent, source: string): Record<string, string> {
  const { type, stream, revision, position, metadata } = event;
  const { id, time, part, hash } = metadata;
  return {
    specversion: '1.0',
    ...{ id, source, type: cloudEventType(type), subject: parseStreamName(stream).id, time },
    partitionkey: stream,
    position: String(position),
    revision: String(revision),
    part: String(part.index),
    parts: String(part.count),
    hash,
    ...said(event),
  };
}

/** What callers said of themselves and of their reasons. It may be of any length. */
function said({ metadata }: RecordedEvent): Record<string, string> {
  const { actor, cause, changeCause, requestId, traceparent } = metadata;
  const attributes = {
    actor: actor.user,
    causationid: cause,
    changecause: changeCause,
    correlationid: requestId,
    impersonator: actor.impersonator,
    traceparent,
  };
  const known = Object.entries(attributes).filter((entry): entry is [string, string] => !!entry[1]);
  return Object.fromEntries(known);
}

const clipped = (attributes: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value.slice(0, CLIPPED_LENGTH)]));
