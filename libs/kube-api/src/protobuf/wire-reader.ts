import { badRequest } from '../status.js';
import type { ApiError } from '../status.js';

/** How the bytes of a field are framed: a varint, eight bytes, counted bytes, the ends of a group, or four bytes. */
export type WireType = 0 | 1 | 2 | 3 | 4 | 5;

export interface WireTag {
  readonly field: number;
  readonly wireType: WireType;
}

/** Groups within groups that are followed before the body is refused. Nothing that Kubernetes writes has any. */
const MAX_GROUP_DEPTH = 32;
const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/**
 * Reads the protobuf wire format from front to back. It copies nothing: what it hands out are views of the bytes.
 *
 * Every method throws an ApiError BadRequest where the bytes end too early or are not protobuf.
 *
 * Source of the format: the "Encoding" page of the protocol buffers documentation.
 */
export class WireReader {
  private position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next field, or nothing at the end. */
  nextTag(): WireTag | undefined {
    if (this.position >= this.bytes.length) return undefined;
    const tag = Number(this.varint());
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (field < 1 || field > MAX_FIELD_NUMBER) throw malformed('a field number is out of range');
    if (!isWireType(wireType)) throw malformed(`wire type ${wireType} does not exist`);
    return { field, wireType };
  }

  /** An unsigned number of at most 64 bits. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw malformed('it ends within a number');
      this.position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value >= 1n << 64n) throw malformed('a number has more than 64 bits');
        return value;
      }
    }
    throw malformed('a number is longer than ten bytes');
  }

  counted(): Uint8Array {
    return this.take(this.varint());
  }

  /** Passes over a field whose number means nothing to the reader. */
  skip({ field, wireType }: WireTag, depth = 0): void {
    switch (wireType) {
      case 0:
        this.varint();
        return;
      case 1:
        this.take(8n);
        return;
      case 2:
        this.counted();
        return;
      case 3:
        this.skipGroup(field, depth + 1);
        return;
      case 4:
        throw malformed('a group ends that was not begun');
      case 5:
        this.take(4n);
        return;
    }
  }

  private skipGroup(group: number, depth: number): void {
    if (depth > MAX_GROUP_DEPTH) throw malformed(`groups are nested more than ${MAX_GROUP_DEPTH} levels deep`);
    for (let tag = this.nextTag(); tag !== undefined; tag = this.nextTag()) {
      if (tag.wireType !== 4) {
        this.skip(tag, depth);
        continue;
      }
      if (tag.field !== group) throw malformed('a group ends that was not begun');
      return;
    }
    throw malformed('it ends within a group');
  }

  private take(length: bigint): Uint8Array {
    if (length > BigInt(this.bytes.length - this.position)) throw malformed('it ends within a field');
    const start = this.position;
    this.position += Number(length);
    return this.bytes.subarray(start, this.position);
  }
}

/** 400 for bytes that are not what they claim to be. */
export const malformed = (detail: string): ApiError => badRequest(`the protobuf body cannot be read: ${detail}`);

const isWireType = (value: number): value is WireType => value <= 5;
