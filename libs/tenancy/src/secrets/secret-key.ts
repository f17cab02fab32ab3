import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes of an AES-256 key. */
const KEY_BYTES = 32;

/** The key is not one that secrets could have been encrypted with. The message never shows it. */
export class InvalidSecretKeyError extends Error {
  override readonly name = 'InvalidSecretKeyError';
}

/**
 * The key that all secrets are encrypted with, from a file for its owner alone. Made at the first start.
 *
 * @param mayCreate - false where secrets are there already: a new key could not open them.
 * @throws InvalidSecretKeyError
 */
export async function ensureSecretKey(path: string, mayCreate: boolean): Promise<Buffer> {
  const known = await readKey(path);
  if (known !== undefined) return known;
  if (!mayCreate) {
    throw new InvalidSecretKeyError(
      `${path} is missing, and without it the stored secrets cannot be read: restore it from where it was saved`,
    );
  }
  await writeKey(path, randomBytes(KEY_BYTES));
  // Read back: another process that started at the same moment may have been first.
  const written = await readKey(path);
  if (written === undefined) throw new InvalidSecretKeyError(`${path} was removed while it was being made`);
  return written;
}

/**
 * A key that the operator has made.
 *
 * @throws InvalidSecretKeyError
 */
export async function loadSecretKey(path: string): Promise<Buffer> {
  const key = await readKey(path);
  if (key === undefined) throw new InvalidSecretKeyError(`${path} is missing`);
  return key;
}

async function readKey(path: string): Promise<Buffer | undefined> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    // One byte more than there may be, to see that there is no more.
    const text = Buffer.alloc(64);
    const { bytesRead } = await file.read(text, 0, text.length, 0);
    const key = Buffer.from(text.toString('latin1', 0, bytesRead).trim(), 'base64');
    if (key.length !== KEY_BYTES) {
      throw new InvalidSecretKeyError(`${path} does not hold a key of ${KEY_BYTES} bytes in base64`);
    }
    return key;
  } finally {
    await file.close();
  }
}

/** Appears whole or not at all, and never replaces a key that is there. */
async function writeKey(path: string, key: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${key.toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  } finally {
    await rm(temporary, { force: true });
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
