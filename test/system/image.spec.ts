import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitOf, PrintedLines, run, start } from './harness/child-process.js';
import { REPOSITORY_ROOT } from './harness/tagline-server.js';

/** Only what tests need; the Dockerfile takes it out of the image. */
const FOR_TESTS = /\.(spec|contract|fixture)\.js|^\/libs\/testing/;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tagline-image-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Does by hand what the Dockerfile has done in the image. */
async function assemble(app: string): Promise<void> {
  const dockerfile = await readFile(join(REPOSITORY_ROOT, 'Dockerfile'), 'utf8');
  const [, install = ''] = /^RUN npm (ci --omit=dev .*)$/m.exec(dockerfile) ?? [];
  const dist = join(REPOSITORY_ROOT, 'dist');
  for (const file of ['package.json', 'package-lock.json']) await cp(join(REPOSITORY_ROOT, file), join(app, file));
  await cp(join(REPOSITORY_ROOT, 'deploy/image/probe.js'), join(app, 'probe.js'));
  for (const part of ['apps', 'libs']) {
    await cp(join(dist, part), join(app, 'dist', part), {
      recursive: true,
      filter: (source) => !FOR_TESTS.test(source.slice(dist.length)),
    });
  }
  const { code, stderr } = await run('npm', [...install.split(' '), '--prefer-offline'], {
    cwd: app,
    env: process.env,
    timeout: 110_000,
  });
  if (code !== 0) throw new Error(stderr);
}

describe('what the image holds', () => {
  it('is a server that becomes ready, stops when asked to, and needs no development package', async () => {
    const app = join(folder, 'app');
    await assemble(app);
    const child = start(process.execPath, ['--enable-source-maps', 'dist/apps/tagline/src/main.js'], {
      cwd: app,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], TAGLINE_DATA_DIR: join(folder, 'data'), TAGLINE_LISTEN: '127.0.0.1:0' },
    });
    try {
      if (child.stdout === null) throw new Error('the server has no output');
      const line = await new PrintedLines(child.stdout).first((text) => text.includes('Tagline is ready'), 'readiness');
      const { url } = JSON.parse(line) as { readonly url: string };
      const probe = (of: string) => run(process.execPath, ['probe.js', of], { cwd: app, env: {} });
      expect(await probe(`${url}/readyz`)).toMatchObject({ code: 0 });
      expect(await probe(`${url}/nowhere`)).toMatchObject({ code: 1 });
      child.kill('SIGTERM');
      expect(await exitOf(child)).toBe(0);
      expect(await probe(`${url}/readyz`)).toMatchObject({ code: 1 });
    } finally {
      child.kill('SIGKILL');
    }
  });
});
