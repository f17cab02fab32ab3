import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DockerComposeEnvironment,
  getContainerRuntimeClient,
  type StartedDockerComposeEnvironment,
} from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultOfProgram, ROOT } from '../deploy/apps.js';

/** Building the image and fetching the databases takes most of it. */
const START_MS = 15 * 60_000;

/** Why the compose file cannot be tried here; `undefined` where it can. */
const whyNot = await (async (): Promise<string | undefined> => {
  try {
    await getContainerRuntimeClient();
  } catch {
    return 'no Docker engine answers';
  }
  if (spawnSync('docker', ['compose', 'version']).status !== 0) return 'docker has no compose';
  if (spawnSync('kubectl', ['version', '--client']).status !== 0) return 'kubectl is not there';
  const missing = ['gateway', 'stream-service', 'projector', 'relay'].filter(
    (app) => !existsSync(join(ROOT, 'apps', app)) || faultOfProgram(`dist/apps/${app}/src/main.js`) !== undefined,
  );
  return missing.length > 0 ? `this tree has no ${missing.join(', ')}` : undefined;
})();

if (whyNot !== undefined) {
  process.stderr.write(`docker-compose.yml: checked, but not brought up, as ${whyNot}\n`);
  describe('docker-compose.yml', () => {
    it.skip(`is not brought up: ${whyNot}`);
  });
} else {
  describe('docker-compose.yml', () => {
    let environment: StartedDockerComposeEnvironment | undefined;
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'compose-'));
      environment = await new DockerComposeEnvironment(ROOT, 'docker-compose.yml')
        .withBuild()
        .withStartupTimeout(START_MS)
        .up();
      const gateway = environment.getContainer('gateway-1');
      const { output } = await gateway.exec([
        'node',
        '-e',
        "process.stdout.write(fs.readFileSync('/var/lib/tagline/kubeconfig'))",
      ]);
      writeFileSync(join(folder, 'kubeconfig'), output, { mode: 0o600 });
    }, START_MS);

    afterAll(async () => {
      await environment?.down({ removeVolumes: true });
      rmSync(folder, { recursive: true, force: true });
    }, 120_000);

    const kubectl = (args: readonly string[], input?: object): string =>
      execFileSync('kubectl', ['--kubeconfig', join(folder, 'kubeconfig'), '--namespace', 'team', ...args], {
        encoding: 'utf8',
        ...(input === undefined ? {} : { input: JSON.stringify(input) }),
      });

    it('takes a push, and shows it through every process that has to do with it', () => {
      kubectl(['create', 'namespace', 'team']);
      const metadata = { namespace: 'team', name: 'web' };
      kubectl(['create', '-f', '-'], { apiVersion: 'image.openshift.io/v1', kind: 'ImageStream', metadata });
      const digest = `sha256:${'a'.repeat(64)}`;
      kubectl(['create', '-f', '-'], {
        apiVersion: 'image.openshift.io/v1',
        kind: 'ImageStreamMapping',
        metadata,
        tag: 'v1',
        image: { metadata: { name: digest }, dockerImageReference: `registry.example.com/team/web@${digest}` },
      });
      expect(kubectl(['get', 'imagestreamtags', 'web:v1', '-o', 'jsonpath={.image.metadata.name}'])).toBe(digest);
      expect(kubectl(['get', 'imagestreams', 'web', '-o', 'jsonpath={.status.tags[*].tag}'])).toBe('v1');
    }, 120_000);
  });
}
