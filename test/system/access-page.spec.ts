import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './harness/child-process.js';
import { REPOSITORY_ROOT, TaglineServer } from './harness/tagline-server.js';
import { kubectlIsAtLeast, tool } from './harness/tools.js';

const text = await readFile(join(REPOSITORY_ROOT, 'docs/access.md'), 'utf8');
/** What the page tells to type, and what it says comes of that. */
const steps = [...text.matchAll(/```sh\n([^`]*)```\n\n```text\n([^`]*)```/g)].map(([, commands = '', output = '']) => ({
  commands,
  output: linesOf(output),
}));
const [, tokens = ''] = /### A token file\n\n```text\n([^`]*)```/.exec(text) ?? [];

let server: TaglineServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tagline-access-page-'));
  const authority = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -subj /CN=clients -days 1';
  const files = ['-keyout', 'clients.key', '-out', 'clients.crt'];
  const made = await run(tool('openssl'), ['req', ...authority.split(' '), ...files], { cwd: folder });
  expect(made.code).toBe(0);
  await writeFile(join(folder, 'tokens.csv'), tokens);
  server = await TaglineServer.start({
    dataDir: join(folder, 'data'),
    env: {
      TAGLINE_ACCESS_TOKEN_FILE: join(folder, 'tokens.csv'),
      TAGLINE_ACCESS_CLIENT_CA_FILE: join(folder, 'clients.crt'),
    },
  });
});
afterAll(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('docs/access.md', () => {
  it.runIf(kubectlIsAtLeast('1.28'))('prints what really comes of its commands (kubectl 1.28)', async () => {
    expect(steps.length).toBeGreaterThan(5);
    const script = steps.map(({ commands }) => `${commands}\necho '${SEPARATOR}'\n`).join('');
    const { stdout } = await run('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: server.kubeconfig },
    });
    const printed = stdout.split(`${SEPARATOR}\n`).slice(0, -1);
    expect(steps.map((step, i) => ({ ...step, output: linesOf(printed[i] ?? '') }))).toEqual(steps);
  });
});

const SEPARATOR = '---- next step ----';

/** What is printed, but for the progress that openssl shows, and its way to write names, which differs between versions. */
function linesOf(output: string): readonly string[] {
  return output
    .split('\n')
    .map((line) => line.replace(/^subject=.*/, 'subject=').trimEnd())
    .filter((line) => line !== '' && !/^[-.+*]+$/.test(line));
}
