import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sha256Digest } from '#lib/registry';
import { InProcessRegistry, type BuiltImage, type BuiltIndex, type InProcessRegistryOptions } from '#lib/testing';
import { EVENT_TYPES } from '../events/event-schemas.js';
import { BESIDE_TRANSCRIPTS, EventValidation } from '../events/event-validation.js';
import { Conversation } from './conversation.js';
import { ConformanceServer, stopShared } from './servers.js';
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
  await stopShared();
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

describe('the log of all this', () => {
  it('holds what the schemas of the events say, and events of every type', async () => {
    const validation = new EventValidation();
    for (const server of servers.values()) await (await server).stop((event) => validation.add(event));
    servers.clear();
    expect(validation.problems).toEqual([]);
    const made = new Set([...validation.seen, ...BESIDE_TRANSCRIPTS]);
    expect(EVENT_TYPES.filter((type) => !made.has(type))).toEqual([]);
  });
});

function serverFor(name: ServerName): Promise<ConformanceServer> {
  const server = servers.get(name) ?? ConformanceServer.start(name);
  servers.set(name, server);
  return server;
}

/** Starts the registries that a topic imports from. @returns their addresses and digests, as variables. */
async function remoteOf({ remote }: Topic): Promise<Readonly<Record<string, string>>> {
  if (remote.length === 0) return {};
  const open = await startRegistry({});
  const closed = await startRegistry({
    auth: { mode: 'bearer', ...REMOTE_USER, publicRepositories: publicOnes(remote) },
  });
  const built = new Map<string, Digested>();
  for (const content of remote) built.set(content.name, put(content.private ? closed : open, content, built));
  const digests = [...built].map(([name, { digest }]) => [`image:${name}`, digest] as const);
  return { remote: open.host, private: closed.host, ...Object.fromEntries(digests) };
}

/** Who gets everything from the registry at `<private>`. */
const REMOTE_USER = { username: 'reader', password: 'open sesame' };

const publicOnes = (remote: readonly RemoteContent[]): readonly string[] =>
  remote.map(({ repository }) => repository).filter((repository) => repository.startsWith('public/'));

async function startRegistry(options: InProcessRegistryOptions): Promise<InProcessRegistry> {
  const registry = await InProcessRegistry.start(options);
  registries.push(registry);
  return registry;
}

type Digested = BuiltImage | BuiltIndex | { readonly digest: string };

function put(
  registry: InProcessRegistry,
  { name, private: _private, images, manifest, mediaType, ...description }: RemoteContent,
  built: ReadonlyMap<string, Digested>,
): Digested {
  const { repository, tag } = description;
  if (manifest !== undefined) {
    const text = manifest.text.replace(/<image:(\w+)>/g, (_all, part: string) => built.get(part)?.digest ?? '');
    const digest = sha256Digest(text);
    registry.rawManifest(repository, tag ?? 'latest', manifest.contentType, text, digest);
    return { digest };
  }
  if (images === undefined) return registry.image({ content: name, ...(mediaType && { mediaType }), ...description });
  const parts = images.map((part) => {
    const image = built.get(part);
    if (image === undefined || !('manifest' in image))
      throw new Error(`${name} is made of ${part}, which is no image yet`);
    return image;
  });
  return registry.index({ repository, images: parts, ...(tag === undefined ? {} : { tag }) });
}
