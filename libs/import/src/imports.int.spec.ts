import type { EventStore } from '#lib/event-store';
import { IMAGES, ImageController, ImageService, RemoteImageService, type Images } from '#lib/image';
import { RegistryTransport } from '#lib/registry';
import {
  IMAGE_STREAMS,
  ImageStreamController,
  ImageStreamService,
  OPEN_POLICY,
  PULL_AUTHORITY,
  RemoteImageStreamService,
  STREAM_ERRORS,
  type ImageStreams,
} from '#lib/stream';
import { ServiceOverLoopback } from '#lib/testing';
import { describe, expect, it } from 'vitest';
import { ImportService } from './import-service.js';
import { Importer } from './importer/importer.js';
import { PULL_SECRETS } from './importer/pull-credentials.js';
import { importsContract } from './imports.contract.js';
import { IMPORTS } from './imports.js';
import { NotifiedPushes } from './notifications/notified-pushes.js';
import { ImportCallsController } from './remote/import-calls.controller.js';
import { IMPORT_ERRORS } from './remote/import-errors.js';
import { PullSecretsController } from './remote/pull-secrets.controller.js';
import { RemoteImportService } from './remote/remote-import-service.js';
import { remotePullSecrets } from './remote/remote-pull-secrets.js';
import { RemotePushes } from './remote/remote-pushes.js';

interface Contexts {
  readonly images: Images;
  readonly streams: ImageStreams;
}

function importing(store: EventStore, { images, streams }: Contexts) {
  const transport = new RegistryTransport({ retry: { attempts: 1 } });
  const importer = new Importer({ transport, pullSecretsOf: () => [] });
  return {
    imports: new ImportService({ store, images, streams, importer }),
    pushes: new NotifiedPushes({ images, streams, importer }),
    close: () => transport.close(),
  };
}

importsContract('in this process', async (store) =>
  importing(store, { images: new ImageService(store), streams: new ImageStreamService(store, OPEN_POLICY) }),
);

importsContract('of a service, which has images and streams of others', async (store) => {
  const contexts = await ServiceOverLoopback.start({
    controllers: [ImageController, ImageStreamController],
    providers: [
      { provide: IMAGES, useValue: new ImageService(store) },
      { provide: IMAGE_STREAMS, useValue: new ImageStreamService(store, OPEN_POLICY) },
      { provide: PULL_AUTHORITY, useValue: { mayPullFrom: async () => ({ allowed: true, reason: '' }) } },
    ],
    errors: STREAM_ERRORS,
  });
  const own = importing(store, {
    images: new RemoteImageService(contexts.client, new ImageService(store)),
    streams: new RemoteImageStreamService(contexts.client, new ImageStreamService(store, OPEN_POLICY), 10),
  });
  const service = await ServiceOverLoopback.start({
    controllers: [ImportCallsController],
    providers: [
      { provide: IMPORTS, useValue: own.imports },
      { provide: NotifiedPushes, useValue: own.pushes },
    ],
    errors: IMPORT_ERRORS,
  });
  return {
    imports: new RemoteImportService(service.client, { deadlineMs: 20_000, items: 10 }),
    pushes: new RemotePushes(service.client, 20_000),
    close: async () => {
      await service.stop();
      await own.close();
      await contexts.stop();
    },
  };
});

describe('the pull secrets of a namespace', () => {
  it('are those of all who keep some', async () => {
    const keepers = await Promise.all(
      ['one', 'two'].map((name) =>
        ServiceOverLoopback.start({
          controllers: [PullSecretsController],
          providers: [
            {
              provide: PULL_SECRETS,
              useValue: (namespace: string) => [{ format: 'dockercfg', config: `${name} of ${namespace}`, more: 1 }],
            },
          ],
        }),
      ),
    );
    const secretsOf = remotePullSecrets(keepers.map(({ client }) => client));
    expect(await secretsOf('team')).toEqual([
      { format: 'dockercfg', config: 'one of team' },
      { format: 'dockercfg', config: 'two of team' },
    ]);
    await Promise.all(keepers.map((keeper) => keeper.stop()));
  });
});
