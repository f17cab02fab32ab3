import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TokenFileAuthenticator } from './token-file-authenticator.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  path = join(folder, 'tokens.csv');
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts another file in the place of the one that is there, as editors and mounted volumes do. */
async function replace(text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

async function opened(text: string) {
  await replace(text);
  const tokens = await TokenFileAuthenticator.open(path);
  tokens.close();
  const userOf = async (token: string): Promise<unknown> => {
    const user = await tokens.authenticate({ authorization: `Bearer ${token}` });
    return typeof user === 'object' ? user.name : user;
  };
  return { tokens, userOf };
}

describe('a token file that changes', () => {
  it('counts as it is now', async () => {
    const { tokens, userOf } = await opened('a,ann,1');
    await replace('b,bob,1');
    await tokens.refresh();
    expect([await userOf('a'), await userOf('b')]).toEqual([undefined, 'bob']);
  });

  it('keeps the users that it had while it cannot be used, which it says once', async () => {
    const { tokens, userOf } = await opened('a,ann,1');
    await replace('b,bob,1\n"c,carl,1');
    await expect(tokens.refresh()).rejects.toThrow(`${path}: line 2: a quote is not closed`);
    await tokens.refresh();
    expect([await userOf('a'), await userOf('b')]).toEqual(['ann', undefined]);
  });

  it('keeps the users that it had while it is gone', async () => {
    const { tokens, userOf } = await opened('a,ann,1');
    await rm(path);
    await expect(tokens.refresh()).rejects.toThrow('ENOENT');
    expect(await userOf('a')).toBe('ann');
    await replace('b,bob,1');
    await tokens.refresh();
    expect(await userOf('b')).toBe('bob');
  });
});
