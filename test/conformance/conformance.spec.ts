import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InProcessRegistry, type BuiltImage, type BuiltIndex } from '#lib/testing';
import { Conversation } from './conversation.js';
import { ConformanceServer } from './servers.js';
import { readTopics, type RemoteContent, type ServerName, type Topic } from './transcript.js';
import { Variables } from './variables.js';

declare module 'vitest' {
  interface TaskMeta {
    /** How the steps of one group went. */
    conformance?: { readonly section: string; readonly steps: number; readonly passed: number };
  }
}

const servers = new Map<ServerName, Promise<ConformanceServer>>();
const registries: InProcessRegistry[] = [];
let groups = 0;

afterAll(async () => {
  for (const server of servers.values()) await (await server).stop();
  for (const registry of registries) await registry.close();
});

for (const topic of readTopics(join(import.meta.dirname, 'transcripts'))) {
  describe(topic.section, () => {
    let remote: Promise<Readonly<Record<string, string>>> | undefined;

    for (const { name, server, given, steps } of topic.groups) {
      it(name, async ({ task }) => {
        const namespace = `c${++groups}`;
        remote ??= remoteOf(topic);
        const running = await serverFor(server);
        const variables = new Variables(namespace, await remote);
        const conversation = new Conversation(running, namespace, variables);
        await conversation.begin();
        for (const step of given)
          expect(await conversation.play(step), `given ${step.method} ${step.path}`).toEqual([]);

        const failures: string[] = [];
        let passed = 0;
        for (const step of steps) {
          const problems = await conversation.play(step);
          if (problems.length === 0) passed++;
          else failures.push([`${step.name} (${step.method} ${step.path})`, ...problems].join('\n    '));
        }
        task.meta.conformance = { section: topic.section, steps: steps.length, passed };
        if (failures.length > 0) expect.fail(`\n  ${failures.join('\n  ')}\n`);
      });
    }
  });
}

function serverFor(name: ServerName): Promise<ConformanceServer> {
  const server = servers.get(name) ?? ConformanceServer.start(name);
  servers.set(name, server);
  return server;
}

/** Starts the registry that a topic imports from. @returns its address and digests, as variables. */
async function remoteOf({ remote }: Topic): Promise<Readonly<Record<string, string>>> {
  if (remote.length === 0) return {};
  const registry = await InProcessRegistry.start();
  registries.push(registry);
  const built = new Map<string, BuiltImage | BuiltIndex>();
  for (const content of remote) built.set(content.name, put(registry, content, built));
  const digests = [...built].map(([name, { digest }]) => [`image:${name}`, digest] as const);
  return { remote: registry.host, ...Object.fromEntries(digests) };
}

function put(
  registry: InProcessRegistry,
  { name, images, mediaType, ...description }: RemoteContent,
  built: ReadonlyMap<string, BuiltImage | BuiltIndex>,
): BuiltImage | BuiltIndex {
  if (images === undefined) return registry.image({ content: name, ...(mediaType && { mediaType }), ...description });
  const { repository, tag } = description;
  const parts = images.map((part) => {
    const image = built.get(part);
    if (image === undefined) throw new Error(`${name} is made of ${part}, which is not there yet`);
    return image;
  });
  return registry.index({ repository, images: parts, ...(tag === undefined ? {} : { tag }) });
}
