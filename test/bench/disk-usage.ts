import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a file or a folder really takes up: files of the stores have holes. */
export async function allocatedBytes(path: string): Promise<number> {
  const entry = await lstat(path);
  if (!entry.isDirectory()) return entry.blocks * 512;
  const names = await readdir(path);
  const sizes = await Promise.all(names.map((name) => allocatedBytes(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
