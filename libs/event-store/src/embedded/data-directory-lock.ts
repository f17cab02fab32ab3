import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Another process appends to the same log. Two would overwrite each other's positions. */
export class DataDirectoryInUseError extends Error {
  constructor(directory: string) {
    super(`${directory} is in use by another process: stop it first, or choose another data directory`);
    this.name = 'DataDirectoryInUseError';
  }
}

/**
 * Makes sure that one process at a time writes a data directory. Held as a listening socket, which the system lets go
 * of however the process ends.
 */
export class DataDirectoryLock {
  private constructor(private readonly server: Server) {}

  /** @throws DataDirectoryInUseError */
  static async acquire(directory: string): Promise<DataDirectoryLock> {
    mkdirSync(directory, { recursive: true });
    const path = socketPath(realpathSync(directory));
    const server = await listen(path);
    if (server !== undefined) return new DataDirectoryLock(server);
    if (await isAnswered(path)) throw new DataDirectoryInUseError(directory);
    // Left over by a process that was killed.
    rmSync(path, { force: true });
    const again = await listen(path);
    if (again === undefined) throw new DataDirectoryInUseError(directory);
    return new DataDirectoryLock(again);
  }

  release(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Outside of the directory, as the path of a socket may only be about a hundred characters long. */
const socketPath = (directory: string): string =>
  join(tmpdir(), `tagline-${createHash('sha256').update(directory).digest('hex').slice(0, 24)}.sock`);

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
