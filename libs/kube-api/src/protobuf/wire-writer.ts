/**
 * One field of a protobuf message in wire format; a message is the concatenation of its fields. What has the default
 * value of its type is left out, as proto3 asks.
 */
export type EncodedField = Buffer;

const NOTHING: EncodedField = Buffer.alloc(0);

export const messageOf = (...fields: readonly EncodedField[]): Buffer => Buffer.concat(fields);

export const textField = (field: number, text: string | undefined): EncodedField =>
  text === undefined || text === '' ? NOTHING : countedField(field, Buffer.from(text, 'utf8'));

/** Entries of a `repeated string`; empty ones are kept, because leaving them out would shift the others. */
export const textFields = (field: number, texts: readonly string[] | undefined): EncodedField =>
  Buffer.concat((texts ?? []).map((text) => countedField(field, Buffer.from(text, 'utf8'))));

export const booleanField = (field: number, value: boolean | undefined): EncodedField =>
  value === true ? Buffer.concat([tag(field, 0), varint(1n)]) : NOTHING;

/** `int32` and `int64`: negative numbers take ten bytes. */
export const integerField = (field: number, value: bigint): EncodedField =>
  Buffer.concat([tag(field, 0), varint(BigInt.asUintN(64, value))]);

/** An embedded message. An empty one is written, since being there may be all that it says. */
export const messageField = (field: number, message: Buffer | undefined): EncodedField =>
  message === undefined ? NOTHING : countedField(field, message);

export const messageFields = (field: number, messages: readonly Buffer[]): EncodedField =>
  Buffer.concat(messages.map((message) => countedField(field, message)));

const countedField = (field: number, content: Buffer): EncodedField =>
  Buffer.concat([tag(field, 2), varint(BigInt(content.length)), content]);

const tag = (field: number, wireType: 0 | 2): Buffer => varint(BigInt(field * 8 + wireType));

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
