import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
/** First byte of every sealed value, so that another format can be told apart one day. */
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** A stored value was not sealed with this key, or not in this place. */
export class UnreadableSecretError extends Error {
  override readonly name = 'UnreadableSecretError';

  constructor(place: string) {
    super(`what is stored as ${place} cannot be decrypted: it was changed, or written with another key`);
  }
}

/** Encrypts values so that they can be neither read nor changed nor moved to another place without the key. */
export class SecretCipher {
  constructor(private readonly key: Buffer) {}

  /** @param place - where the value is kept, such as `namespace/name`; it opens nowhere else. */
  seal(place: string, plain: Buffer): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(place));
    const sealed = [cipher.update(plain), cipher.final()];
    return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), ...sealed]);
  }

  /** @throws UnreadableSecretError */
  open(place: string, sealed: Buffer): Buffer {
    if (sealed.length < HEADER_BYTES || sealed[0] !== FORMAT) throw new UnreadableSecretError(place);
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEADER_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]);
    } catch {
      throw new UnreadableSecretError(place);
    }
  }
}
