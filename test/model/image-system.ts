import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryEventStore } from '#lib/event-store';
import { imageResources, type ImageApiContext } from '#lib/image-api';
import { ImageService } from '#lib/image';
import { listOf, object, type ResourceStorage } from '#lib/kube-api';
import { ChangeFeed, EmbeddedReadModel, LocalReadModel, Projector, projections, readModelShape } from '#lib/read-model';
import { SignatureService } from '#lib/signature';
import { ImageStreamService, OPEN_POLICY } from '#lib/stream';

/** Small, so that few pushes are enough for a history that does not fit. */
export const WINDOW = 3;

/** Between the positions of two events: nothing may take them to follow each other. */
const GAP = 137;

const OPTIONS = { historyWindow: WINDOW };

/** The whole of the image contexts in one process: a log in memory, read models on disk. */
export class ImageSystem {
  readonly store = new InMemoryEventStore(GAP);
  readonly gap = GAP;
  readonly streams = new ImageStreamService(this.store, OPEN_POLICY);
  readonly images = new ImageService(this.store);
  readonly signatures = new SignatureService(this.store);
  private readonly directory = mkdtempSync(join(tmpdir(), 'tagline-model-'));
  private readonly closing: (() => Promise<void>)[] = [];

  /** Read models in a file of their own, built from all that has happened. */
  async project(file: string): Promise<Projected> {
    const stored = EmbeddedReadModel.open(join(this.directory, file), readModelShape(OPTIONS));
    const projector = new Projector(this.store, stored, projections(OPTIONS));
    this.closing.push(async () => {
      await projector.stop();
      await stored.close();
    });
    await projector.start();
    return { stored, readModel: new LocalReadModel(stored, projector) };
  }

  watch(): ChangeFeed {
    return new ChangeFeed(this.store, new Set(['imageStream', 'image']));
  }

  /** `imagestreamimages`, as the API serves it. */
  streamImages(readModel: LocalReadModel): Required<Pick<ResourceStorage, 'get'>> {
    const api: ImageApiContext = {
      ...{ store: this.store, readModel, changes: this.watch() },
      ...{ streams: this.streams, images: this.images, signatures: this.signatures },
      mayPullFrom: async () => ({ allowed: true, reason: '' }),
      assertNamespaceActive: async () => undefined,
      imageSizeLimits: () => [],
      settings: { hostnames: { internal: '', external: '' }, importMode: 'Legacy', ...OPTIONS },
    };
    const unused: ResourceStorage = {};
    const resources = imageResources(api, {
      listPullSecrets: () => listOf('1', []),
      secretSchema: object('Secret', 'Not part of this.', {}),
      imports: unused,
    });
    const storage = resources.find(({ resource }) => resource === 'imagestreamimages')?.storage;
    if (storage?.get === undefined) throw new Error('images of streams cannot be read');
    return { get: storage.get.bind(storage) };
  }

  async dispose(): Promise<void> {
    for (const close of this.closing) await close();
    await this.store.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface Projected {
  readonly stored: EmbeddedReadModel;
  readonly readModel: LocalReadModel;
}
