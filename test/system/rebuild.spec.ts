import { describe, expect, it } from 'vitest';
import { runCommandLine } from './harness/command-line.js';
import { GROUP } from './harness/api-client.js';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';

const given = givenServer();

describe('rebuilding the read models', () => {
  it('gives the same bytes as the writes did, as often as it is done', async () => {
    const { api, server } = given;
    for (let stream = 0; stream < 5; stream++) {
      const name = `app-${stream}`;
      const spec = { tags: [{ name: 'follower', from: { kind: 'ImageStreamTag', name: 'edge' } }] };
      await api.post(`${GROUP}/namespaces/team/imagestreams`, imageStream(name, spec));
      for (let push = 0; push < 20; push++) {
        const body = mapping('team', name, 'edge', digestOf(`${push}`));
        await api.post(`${GROUP}/namespaces/team/imagestreammappings`, body);
      }
    }
    await api.patch(`${GROUP}/namespaces/team/imagestreams/app-1`, { metadata: { labels: { tier: 'web' } } });
    await api.delete(`${GROUP}/namespaces/team/imagestreamtags/app-2:follower`);
    await api.delete(`${GROUP}/namespaces/team/imagestreams/app-3`);
    await api.delete(`${GROUP}/images/${digestOf('3')}`);
    expect(await server.stop()).toBe(0);

    const written = await digest('--digest');
    expect(await digest()).toBe(written);
    expect(await digest()).toBe(written);
  });

  it('waits until the server has stopped', async () => {
    // Nothing but the lock of the directory is at stake, so any server does.
    const { server } = given;
    const { TaglineServer } = await import('./harness/tagline-server.js');
    const again = await TaglineServer.start({ dataDir: server.dataDir });
    const { code, stderr } = await rebuild();
    await again.stop();
    expect(code).toBe(1);
    expect(stderr).toContain(server.dataDir);
  });
});

const rebuild = (...args: string[]) => runCommandLine('rebuild', given.server.dataDir, ...args);

async function digest(...args: string[]): Promise<string> {
  const { stdout, stderr } = await rebuild(...args);
  const found = /^digest ([0-9a-f]+)$/m.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`no digest was printed: ${stdout}${stderr}`);
  return found;
}
