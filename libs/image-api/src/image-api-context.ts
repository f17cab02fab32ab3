import type { EventStore } from '#lib/event-store';
import type { EventContext, ImportMode } from '#lib/events';
import type { Images } from '#lib/image';
import type { Quantity, RequestContext, RequestUser } from '#lib/kube-api';
import type { ChangeFeed, ReadModel } from '#lib/read-model';
import type { Signatures } from '#lib/signature';
import type { ImageStreams, PullDecision, PullingUser, StreamCaller } from '#lib/stream';
import type { RegistryHostnames } from './views/registry-hostnames.js';

/** What the operator decides for the image API. */
export interface ImageApiSettings {
  readonly hostnames: RegistryHostnames;
  readonly importMode: ImportMode;
  /** How many items of a tag's history `status.tags` shows. */
  readonly historyWindow: number;
}

/** What the storages of the eight resources are built from. */
export interface ImageApiContext {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly changes: ChangeFeed;
  readonly streams: ImageStreams;
  readonly images: Images;
  readonly signatures: Signatures;
  /** Whether a user may pull from a stream, and so refer to it from another namespace. */
  readonly mayPullFrom: (user: RequestUser, namespace: string, stream: string) => Promise<PullDecision>;
  /** @throws ApiError when nothing can be created in a namespace, as it is not there or being emptied. */
  readonly assertNamespaceActive: (namespace: string) => Promise<void>;
  /** How many bytes an image may take that is pushed to a namespace, by each limit that says so. */
  readonly imageSizeLimits: (namespace: string) => readonly Quantity[];
  readonly settings: ImageApiSettings;
}

interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** What a request contributes to the events that it causes. */
export function eventContext(context: RequestContext, object?: Annotated): EventContext {
  const { user, requestId, userAgent, sourceAddress, traceparent } = context;
  const changeCause = object?.metadata.annotations?.[CHANGE_CAUSE];
  return {
    actor: {
      user: user.name,
      groups: user.groups,
      ...(user.impersonator === undefined ? {} : { impersonator: user.impersonator }),
    },
    requestId,
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(changeCause === undefined ? {} : { changeCause }),
  };
}

/** Who asks for a change of a stream, and which other streams they may refer to. */
export const callerOf = (api: ImageApiContext, context: RequestContext, object?: Annotated): StreamCaller => ({
  ...eventContext(context, object),
  mayPullFrom: Object.assign((namespace: string, stream: string) => api.mayPullFrom(context.user, namespace, stream), {
    asks: pullingUser(context.user),
  }),
});

const pullingUser = ({ name, uid, groups, extra }: RequestUser): PullingUser => ({ name, uid, groups, extra });

/** Waits until the read model shows everything that is in the log now. */
export async function freshen({ store, readModel }: Pick<ImageApiContext, 'store' | 'readModel'>): Promise<void> {
  await readModel.waitFor(await store.lastPosition());
}
