import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './harness/child-process.js';
import { DockerRegistry } from './harness/docker-registry.js';
import { REPOSITORY_ROOT, TaglineServer } from './harness/tagline-server.js';
import { tool } from './harness/tools.js';

/** What README tells to type, and what it says comes of that. */
interface Step {
  readonly commands: string;
  readonly output: string;
}

const text = await readFile(join(REPOSITORY_ROOT, 'README.md'), 'utf8');
const steps: readonly Step[] = [...text.matchAll(/```sh\n([^`]*)```\n\n```text\n([^`]*)```/g)].map(
  ([, commands = '', output = '']) => ({ commands, output }),
);

let registry: DockerRegistry;
let server: TaglineServer;
let folder: string;

beforeAll(async () => {
  tool('kubectl');
  folder = await checkout();
  registry = await DockerRegistry.start();
  for (const tag of ['1.36', '1.37']) await registry.push('library/busybox', tag, { content: tag });
  server = await TaglineServer.start({
    dataDir: join(folder, 'data'),
    env: {
      // The public registry is played by the one of the test.
      TAGLINE_IMAGES_MIRRORS: JSON.stringify([{ source: 'docker.io/library', mirrors: [`${registry.host}/library`] }]),
      TAGLINE_IMAGES_REGISTRY_SOURCES_INSECURE_REGISTRIES: registry.host,
    },
  });
});

afterAll(async () => {
  await server?.dispose();
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('README', () => {
  it('prints what really comes of its commands', async () => {
    expect(steps.length).toBeGreaterThan(5);
    // One shell for all of it, as its reader has: what one step exports, the next ones use.
    const script = steps.map(({ commands }) => `${commands}\necho '${SEPARATOR}'\n`).join('');
    const { stdout, stderr } = await run('bash', ['-c', script], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, npm_config_update_notifier: 'false' },
    });
    console.log(stderr);
    expect(stderr).toBe('');
    const printed = stdout.split(`${SEPARATOR}\n`).slice(0, -1);
    expect(steps.map((step, i) => ({ ...step, output: likeness(printed[i] ?? '') }))).toEqual(
      steps.map((step) => ({ ...step, output: likeness(step.output) })),
    );
  });
});

const SEPARATOR = '---- next step ----';

/** What is not shared: the data, and the build, which other tests run while a command of README makes it anew. */
const OWN = ['data', 'dist', '.git'];

/** A folder that looks like a checkout. */
async function checkout(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tagline-readme-'));
  for (const entry of await readdir(REPOSITORY_ROOT)) {
    if (!OWN.includes(entry)) await symlink(join(REPOSITORY_ROOT, entry), join(path, entry));
  }
  return path;
}

/** What stays the same from run to run: not digests, ages, or the widths of columns, which follow from them. */
function likeness(output: string): string[] {
  return output.split('\n').map((line) =>
    line
      .replace(/\b(sha256:[0-9a-f]{64}|[0-9a-f]{12})\b/g, '<digest>')
      .replace(/\b(Less than a second|About a minute|\d+ (seconds?|minutes)) ago\b/g, '<age> ago')
      .replace(/@\d+\b/g, '@<version>')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replace(/(\S) {2,}/g, '$1  ')
      .trimEnd(),
  );
}
