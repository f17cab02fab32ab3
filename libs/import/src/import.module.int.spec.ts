import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Configuration } from '#lib/config';
import { EVENT_STORE, InMemoryEventStore } from '#lib/event-store';
import { IMAGES, ImageService } from '#lib/image';
import { ChangeFeed, EmbeddedReadModel, LocalReadModel, projections, Projector, READ_MODEL } from '#lib/read-model';
import { IMAGE_STREAMS, ImageStreamService, NO_SOURCES, OPEN_POLICY } from '#lib/stream';
import { InProcessRegistry } from '#lib/testing';
import { IMPORT_CHANGES, ImportModule } from './import.module.js';
import { IMPORT_OBSERVER } from './import-observer.js';
import { importSettings } from './import-settings.js';
import { PULL_SECRETS } from './importer/pull-credentials.js';

describe('the import module', () => {
  it('imports in the background while the app runs', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tagline-'));
    const registry = await InProcessRegistry.start();
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const store = new InMemoryEventStore();
    const stored = EmbeddedReadModel.open(join(directory, 'read-model.lmdb'), 'test');
    const projector = new Projector(store, stored, projections({ historyWindow: 10 }));
    await projector.start();
    const streams = new ImageStreamService(store, OPEN_POLICY);
    const given = [
      { provide: EVENT_STORE, useValue: store },
      { provide: READ_MODEL, useValue: new LocalReadModel(stored, projector) },
      { provide: IMPORT_CHANGES, useValue: new ChangeFeed(store, new Set(['imageStream'])) },
      { provide: PULL_SECRETS, useValue: () => [] },
      { provide: IMPORT_OBSERVER, useValue: {} },
      { provide: IMAGES, useValue: new ImageService(store) },
      { provide: IMAGE_STREAMS, useValue: streams },
    ];
    @Global()
    @Module({ providers: given, exports: given.map(({ provide }) => provide) })
    class GivenModule {}

    const settings = importSettings(new Configuration());
    const app = await Test.createTestingModule({
      imports: [GivenModule, ImportModule.forRoot({ settings })],
    }).compile();
    await app.init();
    const reference = {
      name: 'v1',
      annotations: null,
      from: { kind: 'DockerImage', name: `${registry.host}/a/b:1` },
      generation: null,
      importPolicy: { insecure: true, importMode: 'Legacy' },
      referencePolicy: { type: 'Source' },
    };
    const creation = { namespace: 'team', name: 'app', uid: 'u' };
    const command = { type: 'SpecifyTag', creation, tag: 'v1', reference, existing: 'refuse' } as const;
    const alice = { actor: { user: 'alice', groups: [] } };
    await streams.specifyTag('team', { ...command, now: new Date(), sources: NO_SOURCES }, alice);
    const image = async () => (await streams.load('team', 'app')).state.tags.get('v1')?.history.head?.image;
    while ((await image()) === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await image()).toBe(built.digest);

    await app.close();
    await projector.stop();
    await stored.close();
    await store.close();
    await registry.close();
    rmSync(directory, { recursive: true });
  });
});
