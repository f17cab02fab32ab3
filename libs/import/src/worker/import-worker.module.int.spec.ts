import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from 'vitest';
import { Configuration, KafkaConfiguration } from '#lib/config';
import { REACTOR_OBSERVER } from '#lib/event-feed';
import { EVENT_STORE, InMemoryEventStore } from '#lib/event-store';
import { IMAGES, ImageService } from '#lib/image';
import { READ_MODEL } from '#lib/read-model';
import { IMAGE_STREAMS, ImageStreamService, OPEN_POLICY } from '#lib/stream';
import { IMPORT_OBSERVER } from '../import-observer.js';
import { BackgroundImports } from '../background/background-imports.js';
import { ImportModule } from '../import.module.js';
import { ImportService } from '../import-service.js';
import { importSettings } from '../import-settings.js';
import { IMPORTS } from '../imports.js';
import { PULL_SECRETS } from '../importer/pull-credentials.js';
import { ImportWorkerModule } from './import-worker.module.js';
import { ImportWorker } from './import-worker.js';

it('the import worker is put together from what an app binds, and connects to nothing before the app starts', async () => {
  const store = new InMemoryEventStore();
  const given = [
    { provide: EVENT_STORE, useValue: store },
    { provide: READ_MODEL, useValue: {} },
    { provide: PULL_SECRETS, useValue: () => [] },
    { provide: IMPORT_OBSERVER, useValue: {} },
    { provide: REACTOR_OBSERVER, useValue: {} },
    { provide: IMAGES, useValue: new ImageService(store) },
    { provide: IMAGE_STREAMS, useValue: new ImageStreamService(store, OPEN_POLICY) },
  ];
  @Global()
  @Module({ providers: given, exports: given.map(({ provide }) => provide) })
  class GivenModule {}

  const settings = importSettings(new Configuration());
  const kafka = { ...new KafkaConfiguration(), brokers: ['kafka.example.com:9092'] };
  const app = await Test.createTestingModule({
    imports: [
      GivenModule,
      { ...ImportModule.forRoot({ settings: { ...settings, inBackground: false } }), global: true },
      ImportWorkerModule.forRoot({ settings, kafka }),
    ],
  }).compile();
  expect(app.get(ImportWorker).scheduler.scheduled).toBe(0);
  expect(app.get<ImportService>(ImportService)).toBe(app.get(IMPORTS));
  // Nobody but the worker imports in the background here.
  expect(() => app.get(BackgroundImports)).toThrow();
  await store.close();
});
