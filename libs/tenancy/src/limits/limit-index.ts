import type { LimitRangeState, ResourceQuotaState } from '#lib/events';
import { parseQuantity, type Quantity } from '#lib/kube-api';
import type { DeclaredDocument, DeclaredIndex, LimitKind } from '#lib/read-model';
import { IMAGE_LIMIT, IMAGE_TAGS, IMAGES, STREAM_COUNTS, STREAM_LIMIT } from './limit-names.js';

/** The most of something that there may be. */
export interface Maximum {
  readonly max: number;
  /** As its author would write it. */
  readonly text: string;
}

export interface StreamLimits {
  readonly images?: Maximum;
  readonly imageTags?: Maximum;
}

export interface StreamQuota {
  readonly name: string;
  readonly hard: readonly (Maximum & { readonly resource: string })[];
}

/** What holds in one namespace, worked out of everything that was declared for it. */
interface NamespaceLimits {
  readonly streams: StreamLimits | undefined;
  readonly imageSizes: readonly Quantity[];
  readonly quotas: readonly StreamQuota[];
}

const NO_LIMITS: NamespaceLimits = { streams: undefined, imageSizes: [], quotas: [] };

/** What bounds each namespace, in memory: it is asked with every write. */
export class LimitIndex implements DeclaredIndex<LimitKind> {
  private readonly documents = new Map<string, Map<string, DeclaredDocument<LimitKind>>>();
  private readonly limits = new Map<string, NamespaceLimits>();

  get(kind: LimitKind, namespace: string | undefined, name: string): DeclaredDocument<LimitKind> | undefined {
    return this.documents.get(namespace ?? '')?.get(`${kind}-${name}`);
  }

  put(document: DeclaredDocument<LimitKind>): void {
    const { kind, object } = document;
    const { namespace = '', name } = object;
    const own = this.documents.get(namespace) ?? new Map<string, DeclaredDocument<LimitKind>>();
    this.documents.set(namespace, own.set(`${kind}-${name}`, document));
    this.limits.set(namespace, limitsOf([...own.values()]));
  }

  delete(kind: LimitKind, namespace: string | undefined = '', name: string): void {
    const own = this.documents.get(namespace);
    if (own === undefined) return;
    own.delete(`${kind}-${name}`);
    if (own.size > 0) {
      this.limits.set(namespace, limitsOf([...own.values()]));
      return;
    }
    this.documents.delete(namespace);
    this.limits.delete(namespace);
  }

  /** The smallest of all limits; `undefined` where there are none. */
  streamLimits(namespace: string): StreamLimits | undefined {
    return this.of(namespace).streams;
  }

  /** How large an image may be that is pushed, by each limit that says so, in the order of their names. */
  imageSizes(namespace: string): readonly Quantity[] {
    return this.of(namespace).imageSizes;
  }

  /** The quotas that count streams, in the order of their names. */
  streamQuotas(namespace: string): readonly StreamQuota[] {
    return this.of(namespace).quotas;
  }

  private of(namespace: string): NamespaceLimits {
    return this.limits.get(namespace) ?? NO_LIMITS;
  }
}

function limitsOf(documents: readonly DeclaredDocument<LimitKind>[]): NamespaceLimits {
  const inOrder = [...documents].sort((a, b) => (a.object.name < b.object.name ? -1 : 1));
  const ranges = inOrder.flatMap(({ kind, object }) => (kind === 'limitRange' ? [object as LimitRangeState] : []));
  const quotas = inOrder.flatMap(({ kind, object }) =>
    kind === 'resourceQuota' ? [object as ResourceQuotaState] : [],
  );
  const items = ranges.flatMap(({ limits }) => limits);
  const most = (type: string, resource: string): Quantity[] =>
    items.filter((item) => item.type === type).flatMap(({ max = {} }) => quantity(max[resource]));
  return {
    streams: streamLimits(smallest(most(STREAM_LIMIT, IMAGES)), smallest(most(STREAM_LIMIT, IMAGE_TAGS))),
    imageSizes: most(IMAGE_LIMIT, 'storage'),
    quotas: quotas.flatMap(streamQuota),
  };
}

function streamLimits(images: Quantity | undefined, imageTags: Quantity | undefined): StreamLimits | undefined {
  if (images === undefined && imageTags === undefined) return undefined;
  return {
    ...(images === undefined ? {} : { images: maximum(images) }),
    ...(imageTags === undefined ? {} : { imageTags: maximum(imageTags) }),
  };
}

/** A quota with a scope counts only some of what runs in a namespace, and nothing of what is kept in it. */
function streamQuota({ name, spec }: ResourceQuotaState): StreamQuota[] {
  if ((spec.scopes ?? []).length > 0 || spec.scopeSelector !== undefined) return [];
  const hard = STREAM_COUNTS.flatMap((resource) =>
    quantity(spec.hard[resource]).map((most) => ({ resource, ...maximum(most) })),
  );
  return hard.length === 0 ? [] : [{ name, hard }];
}

const smallest = (quantities: readonly Quantity[]): Quantity | undefined =>
  quantities.reduce<Quantity | undefined>(
    (least, each) => (least === undefined || each.nanos < least.nanos ? each : least),
    undefined,
  );

/** What was declared could be read when it was. */
function quantity(text: string | undefined): Quantity[] {
  const parsed = text === undefined ? undefined : parseQuantity(text);
  return parsed === undefined || typeof parsed === 'string' ? [] : [parsed];
}

const maximum = ({ nanos, text }: Quantity): Maximum => ({ max: Number(nanos) / 1e9, text });
