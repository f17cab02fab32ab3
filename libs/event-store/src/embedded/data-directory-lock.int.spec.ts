import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectoryInUseError, DataDirectoryLock } from './data-directory-lock.js';

describe('the lock of a data directory', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tagline-lock-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is held by one at a time, and can be had again when it was released', async () => {
    const lock = await DataDirectoryLock.acquire(directory);
    await expect(DataDirectoryLock.acquire(directory)).rejects.toThrow(DataDirectoryInUseError);
    await lock.release();
    await (await DataDirectoryLock.acquire(directory)).release();
  });

  it('is had by exactly one of many who ask at once', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => DataDirectoryLock.acquire(directory)));
    const held = asked.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(held).toHaveLength(1);
    await Promise.all(held.map((lock) => lock.release()));
  });

  it('is seen where only the directory is shared', async () => {
    // As of a process in another container, whose socket without a file cannot be seen from here.
    const other = createServer().listen(join(directory, 'lock.sock'));
    await once(other, 'listening');
    await expect(DataDirectoryLock.acquire(directory)).rejects.toThrow(DataDirectoryInUseError);
    await new Promise((resolve) => other.close(resolve));
  });

  it('is not held by a process that was killed', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(join(directory, 'lock.sock'))}, () => console.log('held'))`;
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    await expect(DataDirectoryLock.acquire(directory)).rejects.toThrow(DataDirectoryInUseError);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(existsSync(join(directory, 'lock.sock'))).toBe(true);
    await (await DataDirectoryLock.acquire(directory)).release();
  });

  it('works in a directory with a long path', async () => {
    const deep = join(directory, 'd'.repeat(100), 'e'.repeat(100));
    const lock = await DataDirectoryLock.acquire(deep);
    await expect(DataDirectoryLock.acquire(deep)).rejects.toThrow(DataDirectoryInUseError);
    await lock.release();
  });
});
