import { randomUUID } from 'node:crypto';
import { Refusal } from '#lib/event-store';
import type { Images } from '#lib/image';
import { NO_SOURCES, type ImageStreams, type StreamCaller } from '#lib/stream';
import type { ImportRequest } from '../import-request.js';
import type { Importer } from '../importer/importer.js';
import { registerImages } from '../register-images.js';
import type { NotifiedPush } from './registry-notification.js';

/** What became of one push. */
export type PushOutcome =
  | { readonly kind: 'moved'; readonly push: NotifiedPush; readonly version: number }
  | { readonly kind: 'refused'; readonly push: NotifiedPush; readonly reason: string };

export interface NotifiedPushesOptions {
  readonly images: Images;
  readonly streams: ImageStreams;
  readonly importer: Importer;
  readonly clock?: () => Date;
}

export interface Notifier {
  readonly caller: StreamCaller;
  /** Whether the notifier may push to a stream. @returns why not, or `undefined`. */
  readonly refusePush: (push: NotifiedPush) => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/** Follows what registries tell of, wherever that is done: in this process, or by a service that it calls. */
export interface Pushes {
  /** In the order of the notification: of two pushes of one tag the later one counts. */
  handle(pushes: readonly NotifiedPush[], notifier: Notifier): Promise<readonly PushOutcome[]>;
}

/** Nest token of the {@link Pushes}. */
export const PUSHES = Symbol('Pushes');

/**
 * Turns the pushes that a registry tells of into moves of tags: fetches the manifest, registers the image, moves the tag,
 * and creates a stream that is missing. A registry repeats what was not answered, so all of it can be repeated.
 */
export class NotifiedPushes implements Pushes {
  private readonly clock: () => Date;

  constructor(private readonly options: NotifiedPushesOptions) {
    this.clock = options.clock ?? (() => new Date());
  }

  async handle(pushes: readonly NotifiedPush[], notifier: Notifier): Promise<readonly PushOutcome[]> {
    const outcomes: PushOutcome[] = [];
    for (const push of pushes) outcomes.push(await this.handleOne(push, notifier));
    return outcomes;
  }

  private async handleOne(push: NotifiedPush, notifier: Notifier): Promise<PushOutcome> {
    const refused = await notifier.refusePush(push);
    return refused === undefined ? this.carryOut(push, notifier) : { kind: 'refused', push, reason: refused };
  }

  /** Does what a push that may be done asks for. */
  async carryOut(push: NotifiedPush, { caller, signal }: Omit<Notifier, 'refusePush'>): Promise<PushOutcome> {
    const { images, importer } = this.options;
    const now = this.clock();
    const request = requestFor(push);
    const findings = await importer.find(request, { now, preferredOf: () => ({}), signal });
    const result = findings.images[0]?.result;
    if (result?.kind !== 'found') {
      return { kind: 'refused', push, reason: result?.failure.message ?? 'the registry has no such image' };
    }
    const { mayPullFrom: _mayPullFrom, ...context } = caller;
    await registerImages(images, request, findings, now, context);
    const { name, content } = result.image;
    try {
      const dockerImageReference = content.dockerImageReference ?? `${push.registry}/${push.repository}@${name}`;
      const version = await this.move(push, { image: name, dockerImageReference, now }, caller);
      return { kind: 'moved', push, version };
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'refused', push, reason: error.message };
      throw error;
    }
  }

  private async move(
    { namespace, stream: name, tag }: NotifiedPush,
    to: { readonly image: string; readonly dockerImageReference: string; readonly now: Date },
    caller: StreamCaller,
  ): Promise<number> {
    const { streams } = this.options;
    const command = { type: 'PushTag', name, tag, ownRepository: false, ...to } as const;
    const { state } = await streams.load(namespace, name);
    if (state.header === undefined) await this.createStream(namespace, name, to.now, caller);
    const { version } = await streams.push(namespace, command, caller);
    return version;
  }

  private async createStream(namespace: string, name: string, now: Date, caller: StreamCaller): Promise<void> {
    const creation = { namespace, name, uid: randomUUID() };
    const metadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
    const spec = { lookupPolicy: { local: false }, dockerImageRepository: '', tags: [] };
    try {
      const command = { type: 'CreateStream', creation, metadata, spec, now, sources: NO_SOURCES } as const;
      await this.options.streams.create(namespace, command, caller);
    } catch (error) {
      // Somebody else was faster, which is as good.
      if (!(error instanceof Refusal) || error.code !== 'already-exists') throw error;
    }
  }
}

/** Fetches by digest: the tag may have moved on by the time that the notification is here. */
function requestFor({ namespace, stream, tag, registry, repository, digest, insecure }: NotifiedPush): ImportRequest {
  const image = {
    from: `${registry}/${repository}@${digest}`,
    to: tag,
    importPolicy: { importMode: 'PreserveOriginal', ...(insecure ? { insecure } : {}) },
    referencePolicy: { type: 'Source' },
    includeManifest: false,
  };
  return { uid: randomUUID(), namespace, stream, trigger: 'request', images: [image] };
}
