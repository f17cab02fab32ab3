import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore, StaleVersionError } from '#lib/event-store';
import { ImageStreamService, OPEN_POLICY, tagStateOf, type PullCheck, type StreamCaller } from '#lib/stream';
import { InProcessRegistry } from '#lib/testing';
import type { ImportRequest } from './import-request.js';
import { ImportInterruptedError } from './importer/deadline.js';
import type { Imports } from './imports.js';
import type { Pushes } from './notifications/notified-pushes.js';

export interface OpenImports {
  readonly imports: Imports;
  readonly pushes: Pushes;
  readonly close: () => Promise<void>;
}

const check: PullCheck = Object.assign(async () => ({ allowed: true, reason: '' }), {
  asks: { name: 'alice', uid: 'u-7', groups: ['devs'], extra: {} },
});
const alice: StreamCaller = { actor: { user: 'alice', groups: ['devs'] }, requestId: 'r-1', mayPullFrom: check };

/** What all {@link Imports} and {@link Pushes} have in common, wherever they are. */
export function importsContract(where: string, open: (store: InMemoryEventStore) => Promise<OpenImports>): void {
  describe(`imports ${where}`, () => {
    let store: InMemoryEventStore;
    let registry: InProcessRegistry;
    let opened: OpenImports;

    beforeEach(async () => {
      store = new InMemoryEventStore();
      registry = await InProcessRegistry.start();
      opened = await open(store);
    });

    afterEach(async () => {
      await opened.close();
      await registry.close();
    });

    const requestOf = (name: string, includeManifest = false): ImportRequest => ({
      ...{ uid: 'import-1', namespace: 'team', stream: 'app', trigger: 'request' },
      images: [
        {
          ...{ from: `${registry.host}/${name}`, to: 'v1', includeManifest },
          importPolicy: { insecure: true, importMode: 'Legacy' },
          referencePolicy: { type: 'Source' },
        },
      ],
    });

    const historyOf = async (stream: string, tag: string): Promise<string[]> => {
      const { state } = await new ImageStreamService(store, OPEN_POLICY).load('team', stream);
      return [...tagStateOf(state, tag).history].map(({ image }) => image);
    };

    it('store images, move tags and say what became of both', async () => {
      const built = registry.image({ repository: 'a/b', tag: '1' });
      const { findings, stream, changed } = await opened.imports.run(requestOf('a/b:1', true), alice);
      expect(changed).toBe(true);
      const [outcome] = findings.images;
      expect(outcome).toMatchObject({ tag: '1', result: { kind: 'found', image: { name: built.digest } } });
      expect(outcome?.result.kind === 'found' && outcome.result.image.content.dockerImageManifest).toContain('layers');
      expect(stream?.state.tags.get('v1')?.history.head?.image).toBe(built.digest);
      expect(await historyOf('app', 'v1')).toEqual([built.digest]);
    });

    it('say why an image was not found', async () => {
      const { findings, stream } = await opened.imports.run(requestOf('a/b:missing'), alice);
      expect(findings.images[0]?.result).toMatchObject({ kind: 'failed', failure: { reason: 'NotFound', code: 404 } });
      expect(stream?.state.tags.get('v1')?.conditions).toMatchObject([{ reason: 'NotFound' }]);
    });

    it('write nothing where they only look, or try', async () => {
      registry.image({ repository: 'a/b', tag: '1' });
      expect(await opened.imports.run(requestOf('a/b:1'), alice, { mode: 'look' })).toMatchObject({ changed: false });
      const { stream } = await opened.imports.run(requestOf('a/b:1'), alice, { mode: 'dry-run' });
      expect(stream?.state.tags.has('v1')).toBe(true);
      expect(await store.lastPosition()).toBe(0);
    });

    it('change no other version of a stream than the caller knows', async () => {
      registry.image({ repository: 'a/b', tag: '1' });
      await opened.imports.run(requestOf('a/b:1'), alice);
      const stale = opened.imports.run(requestOf('a/b:1'), alice, { precondition: { version: 1 } });
      await expect(stale).rejects.toBeInstanceOf(StaleVersionError);
    });

    it('are stopped by whoever asked for them', async () => {
      registry.image({ repository: 'a/b', tag: '1' });
      const controller = new AbortController();
      controller.abort();
      const stopped = opened.imports.run(requestOf('a/b:1'), alice, { signal: controller.signal });
      await expect(stopped).rejects.toBeInstanceOf(ImportInterruptedError);
    });

    it('follow what a registry tells of, for those who may push', async () => {
      const { digest } = registry.image({ repository: 'team/web', tag: 'v1' });
      const push = { namespace: 'team', stream: 'web', repository: 'team/web', tag: 'v1', digest, insecure: true };
      const told = [{ ...push, registry: registry.host }];
      const { signal } = new AbortController();
      const mayNot = { caller: alice, signal, refusePush: async () => 'not yours' };
      expect(await opened.pushes.handle(told, mayNot)).toMatchObject([{ kind: 'refused', reason: 'not yours' }]);
      const may = { caller: alice, signal, refusePush: async () => undefined };
      expect(await opened.pushes.handle(told, may)).toMatchObject([{ kind: 'moved', push: told[0], version: 3 }]);
      expect(await historyOf('web', 'v1')).toEqual([digest]);
    });
  });
}
