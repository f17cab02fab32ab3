import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** Another process appends to the same log. Two would overwrite each other's positions. */
export class DataDirectoryInUseError extends Error {
  constructor(directory: string) {
    super(`${directory} is in use by another process: stop it first, or choose another data directory`);
    this.name = 'DataDirectoryInUseError';
  }
}

const LOCK_FILE = 'lock.sock';

/**
 * Makes sure that one process at a time writes a data directory. Held as listening sockets, which the system lets go of
 * however the process ends: one in the directory itself, which everybody sees who sees the directory, also from another
 * container; and, on Linux, one without a file, so that of two processes that find the socket of a killed one only one
 * goes on to replace it.
 */
export class DataDirectoryLock {
  private constructor(
    private readonly servers: readonly Server[],
    /** Through which the socket was made, and will be taken away. */
    private readonly opened: number,
  ) {}

  /** @throws DataDirectoryInUseError */
  static async acquire(directory: string): Promise<DataDirectoryLock> {
    mkdirSync(directory, { recursive: true });
    const turnstile = await turnstileOf(directory);
    if (turnstile === 'taken') throw new DataDirectoryInUseError(directory);
    const held = turnstile === undefined ? [] : [turnstile];
    const opened = openSync(directory, 'r');
    const server = await lockFileOf(directory, opened);
    if (server !== undefined) return new DataDirectoryLock([server, ...held], opened);
    closeSync(opened);
    await closeAll(held);
    throw new DataDirectoryInUseError(directory);
  }

  async release(): Promise<void> {
    await closeAll(this.servers);
    closeSync(this.opened);
  }
}

/** A socket in Linux' own name space for the directory, by its device and inode; `undefined` elsewhere. */
async function turnstileOf(directory: string): Promise<Server | 'taken' | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { dev, ino } = statSync(directory);
  return (await listen(`\0tagline-${dev}-${ino}`)) ?? 'taken';
}

async function lockFileOf(directory: string, opened: number): Promise<Server | undefined> {
  // The path of a socket may only be about a hundred characters long; that of an open directory is short.
  const path = join(process.platform === 'linux' ? `/proc/self/fd/${opened}` : directory, LOCK_FILE);
  const server = await listen(path);
  if (server !== undefined || (await isAnswered(path))) return server;
  // Left over by a process that was killed.
  rmSync(path, { force: true });
  return listen(path);
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server.unref()));
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const closeAll = async (servers: readonly Server[]): Promise<void> => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
};
