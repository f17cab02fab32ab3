import { isJsonArray, isJsonObject, ownValue, setOwn } from '../schema/json.js';
import type { JsonValue, MutableJsonObject } from '../schema/json.js';
import { kubernetesTime } from '../schema/wire-time.js';
import type { MapValues, MessageField, MessageShape, ScalarKind, ScalarType } from './message-shape.js';
import { malformed, WireReader } from './wire-reader.js';
import type { WireType } from './wire-reader.js';

/**
 * Reads a protobuf message into the JSON form of the same object: bytes as base64, times as RFC 3339, integers as
 * numbers. Fields without a place in the shape are passed over. Where a field comes twice, a message is merged, a list
 * goes on, and of anything else the last one counts.
 *
 * The nesting of the result is that of the shape, whatever the bytes say.
 *
 * @throws ApiError BadRequest for bytes that are not such a message.
 */
export function decodeMessage(
  bytes: Uint8Array,
  shape: MessageShape,
  object: MutableJsonObject = {},
): MutableJsonObject {
  const reader = new WireReader(bytes);
  for (let tag = reader.nextTag(); tag !== undefined; tag = reader.nextTag()) {
    const field = shape[tag.field];
    if (field === undefined) {
      reader.skip(tag);
      continue;
    }
    if (tag.wireType !== wireTypeOf(field)) throw malformed(`field ${field.name} has the wrong wire type`);
    decodeField(reader, field, object);
  }
  return object;
}

function wireTypeOf({ type }: MessageField): WireType {
  return type.kind === 'bool' || type.kind === 'int32' || type.kind === 'int64' ? 0 : 2;
}

function decodeField(reader: WireReader, { name, type }: MessageField, object: MutableJsonObject): void {
  switch (type.kind) {
    case 'message':
      object[name] = decodeMessage(reader.counted(), type.shape, objectAt(object, name));
      return;
    case 'messages':
      object[name] = pushed(object[name], decodeMessage(reader.counted(), type.shape));
      return;
    case 'strings':
      object[name] = pushed(object[name], decodeText(reader.counted()));
      return;
    case 'map':
      object[name] = decodeEntry(reader.counted(), type.values, objectAt(object, name));
      return;
    default:
      setScalar(object, name, type, decodeScalar(reader, type.kind));
  }
}

function setScalar(object: MutableJsonObject, name: string, type: ScalarType, value: JsonValue): void {
  const isZero = value === null || value === '' || value === 0 || value === false;
  if (isZero && !type.isPointer) delete object[name];
  else object[name] = value;
}

function decodeScalar(reader: WireReader, kind: ScalarKind): JsonValue {
  switch (kind) {
    case 'string':
      return decodeText(reader.counted());
    case 'bool':
      return reader.varint() !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, reader.varint()));
    case 'int64':
      return safeInteger(reader.varint());
    case 'time':
      return decodeTime(reader.counted(), kubernetesTime);
    case 'microTime':
      return decodeTime(reader.counted(), microseconds);
  }
}

function decodeEntry(bytes: Uint8Array, values: MapValues, map: MutableJsonObject): MutableJsonObject {
  const reader = new WireReader(bytes);
  let key = '';
  let value = emptyValue(values);
  for (let tag = reader.nextTag(); tag !== undefined; tag = reader.nextTag()) {
    if (tag.field > 2) {
      reader.skip(tag);
      continue;
    }
    if (tag.wireType !== 2) throw malformed('an entry of a map has the wrong wire type');
    if (tag.field === 1) key = decodeText(reader.counted());
    else value = decodeValue(reader.counted(), values);
  }
  setOwn(map, key, value);
  return map;
}

const emptyValue = (values: MapValues): JsonValue => (values === 'strings' ? [] : '');

const QUANTITY: MessageShape = { 1: { name: 'string', type: { kind: 'string', isPointer: false } } };
const ITEMS: MessageShape = { 1: { name: 'items', type: { kind: 'strings' } } };

function decodeValue(bytes: Uint8Array, values: MapValues): JsonValue {
  switch (values) {
    case 'string':
      return decodeText(bytes);
    case 'bytes':
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    case 'strings':
      return ownValue(decodeMessage(bytes, ITEMS), 'items') ?? [];
    case 'quantity':
      return ownValue(decodeMessage(bytes, QUANTITY), 'string') ?? '';
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('a text is not UTF-8');
  }
}

function safeInteger(unsigned: bigint): number {
  const value = Number(BigInt.asIntN(64, unsigned));
  if (!Number.isSafeInteger(value)) throw malformed('a number is out of range');
  return value;
}

const FIRST_SECOND = Date.parse('0001-01-01T00:00:00Z') / 1000;
const LAST_SECOND = Date.parse('9999-12-31T23:59:59Z') / 1000;

/** Nothing set means Go's zero time, which stands for no time. */
function decodeTime(bytes: Uint8Array, print: (moment: Date, nanoseconds: number) => string): JsonValue {
  const { seconds = 0, nanos = 0 } = decodeMessage(bytes, TIMESTAMP) as { seconds?: number; nanos?: number };
  if (seconds === 0 && nanos === 0) return null;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos > 999_999_999) {
    throw malformed('a time is out of range');
  }
  return print(new Date(seconds * 1000), nanos);
}

const TIMESTAMP: MessageShape = {
  1: { name: 'seconds', type: { kind: 'int64', isPointer: false } },
  2: { name: 'nanos', type: { kind: 'int32', isPointer: false } },
};

const microseconds = (moment: Date, nanoseconds: number): string =>
  `${moment.toISOString().slice(0, 19)}.${Math.floor(nanoseconds / 1000)
    .toString()
    .padStart(6, '0')}Z`;

function objectAt(object: MutableJsonObject, name: string): MutableJsonObject {
  const present = object[name];
  return isJsonObject(present) ? present : {};
}

function pushed(list: JsonValue | undefined, item: JsonValue): JsonValue {
  if (!isJsonArray(list)) return [item];
  (list as JsonValue[]).push(item);
  return list;
}
