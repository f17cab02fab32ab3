import { open } from 'node:fs/promises';
import { bearerToken } from './authenticator.js';
import type { Authentication, Authenticator, Credentials } from './authenticator.js';
import { parseTokenFile, tokenDigest, type TokenTable } from './token-file.js';

/** How often the file is looked at, in milliseconds: so long a token that was taken out is still good. */
const LOOK_EVERY_MS = 5_000;
const MAX_BYTES = 16 * 1024 * 1024;

export interface TokenFileOptions {
  /** Told when the file has changed and cannot be used; what it held before stays in force. */
  readonly onUnreadable?: (error: unknown) => void;
  readonly lookEveryMs?: number;
}

/**
 * Knows the tokens of a file, and reads it again when it changes.
 *
 * Tokens are looked up by their digest: neither the time that takes nor the memory of the process gives one away.
 */
export class TokenFileAuthenticator implements Authenticator {
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly path: string,
    private users: TokenTable,
    private stamp: string,
  ) {}

  /** @throws when the file cannot be read, or is no token file. */
  static async open(
    path: string,
    { onUnreadable = () => undefined, lookEveryMs = LOOK_EVERY_MS }: TokenFileOptions = {},
  ): Promise<TokenFileAuthenticator> {
    const { text, stamp } = await read(path);
    const opened = new TokenFileAuthenticator(path, parse(path, text), stamp);
    opened.timer = setInterval(() => void opened.refresh().catch(onUnreadable), lookEveryMs).unref();
    return opened;
  }

  async authenticate(credentials: Credentials): Promise<Authentication> {
    const token = bearerToken(credentials);
    return token === undefined ? undefined : this.users.get(tokenDigest(token));
  }

  /** Reads the file again if it has changed. */
  async refresh(): Promise<void> {
    const { text, stamp } = await read(this.path, this.stamp);
    if (stamp === this.stamp) return;
    // Also when it cannot be used: that is said once, not every time.
    this.stamp = stamp;
    this.users = parse(this.path, text);
  }

  close(): void {
    clearInterval(this.timer);
  }
}

function parse(path: string, text: string): TokenTable {
  try {
    return parseTokenFile(text);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : 'unknown error'}`, { cause: error });
  }
}

/** The text, and what changes whenever the file does. A file that is as it was is not read. */
async function read(path: string, known?: string): Promise<{ readonly text: string; readonly stamp: string }> {
  const file = await open(path, 'r');
  try {
    const { size, mtimeMs, ino } = await file.stat();
    if (size > MAX_BYTES) throw new Error(`${path} is longer than ${MAX_BYTES} bytes`);
    const stamp = `${ino}/${size}/${mtimeMs}`;
    return { text: stamp === known ? '' : await file.readFile('utf8'), stamp };
  } finally {
    await file.close();
  }
}
