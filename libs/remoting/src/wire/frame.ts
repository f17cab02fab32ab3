/**
 * What two services say to each other, one after the other on one connection: eight bytes of header and two of kind and
 * version, then a body of JSON. Calls carry numbers, so that answers may come in any order.
 */
export interface Frame {
  readonly kind: FrameKind;
  /** Number of the call that it is about; 0 where it is about none. */
  readonly call: number;
  readonly body: Buffer;
}

/**
 * - `hello`: the server took the connection; with its clock and its limits.
 * - `call`, `answer`, `failure`: a call, and one of its two ends.
 * - `cancel`: whoever called no longer waits.
 * - `ping`, `pong`: whether somebody is still there.
 * - `leaving`: the server takes no new calls. The client ends the connection when it has the answers to those that it sent.
 */
export type FrameKind = (typeof KINDS)[number];

const KINDS = ['hello', 'call', 'answer', 'failure', 'cancel', 'ping', 'pong', 'leaving'] as const;

const VERSION = 1;
/** Version, kind, number of the call, length of the body. */
const HEADER_BYTES = 10;
const NOTHING = Buffer.alloc(0);

/** The other side says what nobody can understand, or too much at once. The connection is of no more use. */
export class FrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FrameError';
  }
}

export function encodeFrame(kind: FrameKind, call: number, body: Buffer = NOTHING): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt8(VERSION, 0);
  frame.writeUInt8(KINDS.indexOf(kind), 1);
  frame.writeUInt32BE(call, 2);
  frame.writeUInt32BE(body.length, 6);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

/** Puts frames together from the pieces in which they arrive. Keeps no more than one unfinished frame. */
export class FrameReader {
  private pieces: Buffer[] = [];
  private have = 0;

  /** @param maxBodyBytes longer bodies are not waited for. */
  constructor(private readonly maxBodyBytes: number) {}

  /**
   * The frames that are complete with a piece.
   *
   * @throws FrameError
   */
  read(piece: Buffer): readonly Frame[] {
    this.pieces.push(piece);
    this.have += piece.length;
    const frames: Frame[] = [];
    for (;;) {
      if (this.have < HEADER_BYTES) return frames;
      const header = this.header();
      if (this.have < HEADER_BYTES + header.length) return frames;
      const bytes = this.together();
      const end = HEADER_BYTES + header.length;
      frames.push({ kind: header.kind, call: header.call, body: bytes.subarray(HEADER_BYTES, end) });
      this.pieces = end === bytes.length ? [] : [bytes.subarray(end)];
      this.have = bytes.length - end;
    }
  }

  private header(): { readonly kind: FrameKind; readonly call: number; readonly length: number } {
    const [first] = this.pieces;
    // Only the piece that ends the header is ever joined here: a large body comes in many pieces, and is joined once.
    const bytes = first !== undefined && first.length >= HEADER_BYTES ? first : this.together();
    const kind = KINDS[bytes.readUInt8(1)];
    if (bytes.readUInt8(0) !== VERSION || kind === undefined) throw new FrameError('this is no call of a service');
    const length = bytes.readUInt32BE(6);
    if (length > this.maxBodyBytes) throw new FrameError(`a message of ${length} bytes is too large`);
    return { kind, call: bytes.readUInt32BE(2), length };
  }

  private together(): Buffer {
    const [only] = this.pieces;
    const bytes = this.pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.pieces, this.have);
    this.pieces = [bytes];
    return bytes;
  }
}
