import {
  badRequest,
  notFound,
  viewOf,
  type KubeObject,
  type ListRequest,
  type ListResult,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceStorage,
} from '#lib/kube-api';
import type { EventStore } from '#lib/event-store';
import type { ReadModel, TagRevision } from '#lib/read-model';

const RESOURCE = { group: 'history.tagline.dev', resource: 'tagrevisions' };
const CHUNK = 500;

export interface TagRevisionObject extends KubeObject {
  readonly stream: string;
  readonly tag: string;
  readonly move: TagRevision['kind'];
  readonly from?: string;
  readonly to?: string;
  readonly reference?: string;
  readonly generation?: number;
  readonly time: string;
  readonly actor: TagRevision['actor'];
  readonly cause?: string;
  readonly changeCause?: string;
  readonly requestId?: string;
  readonly userAgent?: string;
  readonly sourceAddress?: string;
  readonly eventId: string;
}

/** `tagrevisions`: every move of every tag, oldest first within its tag. */
export class TagRevisionStorage implements ResourceStorage {
  constructor(
    private readonly store: EventStore,
    private readonly readModel: ReadModel,
  ) {}

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    await this.readModel.waitFor(await this.store.lastPosition());
    const { stream, tag, position } = parseName(name);
    const [revision] = await this.readModel.revisions([namespace, stream, tag, position], { limit: 1 });
    if (revision === undefined) throw notFound(RESOURCE, name);
    return viewOf(revisionObject(revision));
  }

  async list(_context: RequestContext, { namespace, selects, limit, after }: ListRequest): Promise<ListResult> {
    await this.readModel.waitFor(await this.store.lastPosition());
    const { readModel } = this;
    const prefix = namespace === undefined ? [] : [namespace];
    let next: readonly string[] | undefined;
    async function* items(): AsyncIterable<readonly ObjectView[]> {
      let left = limit ?? Infinity;
      let from = after && parseKey(after);
      for (;;) {
        const asked = Math.min(CHUNK, left);
        const page = await readModel.revisions(prefix, { limit: asked, ...(from && { after: from }) });
        const views = page.map((revision) => viewOf(revisionObject(revision)));
        const wanted = views.filter(
          (view) => selects === undefined || (selects.labels(view.labels) && (selects.fields?.(view) ?? true)),
        );
        if (wanted.length > 0) yield wanted;
        left -= wanted.length;
        const last = page.at(-1);
        if (last === undefined || page.length < asked) return;
        from = [last.namespace, last.stream, last.tag, last.position];
        if (left <= 0) {
          next = from.map(String);
          return;
        }
      }
    }
    return { resourceVersion: `${readModel.position}`, items: items(), next: () => next };
  }
}

/** A revision as the API shows it. It carries its stream and tag as labels, so that selectors find them. */
export function revisionObject(revision: TagRevision): TagRevisionObject {
  const { namespace, stream, tag, position, time, kind: move, toReference, ...rest } = revision;
  return {
    kind: 'TagRevision',
    apiVersion: 'history.tagline.dev/v1alpha1',
    metadata: {
      name: `${stream}:${tag}@${position}`,
      namespace,
      uid: rest.eventId,
      resourceVersion: `${position}`,
      creationTimestamp: `${time.slice(0, 19)}Z`,
      labels: { 'tagline.dev/stream': stream, 'tagline.dev/tag': tag },
    },
    stream,
    tag,
    move,
    time,
    ...(toReference === undefined ? {} : { reference: toReference }),
    ...rest,
  };
}

function parseName(name: string): { stream: string; tag: string; position: number } {
  const match = /^([^:]+):(.*)@(\d{1,16})$/.exec(name);
  if (match === null) throw badRequest('TagRevisions must be retrieved with <stream>:<tag>@<resourceVersion>');
  const [, stream = '', tag = '', position = ''] = match;
  return { stream, tag, position: Number(position) };
}

function parseKey(after: readonly string[]): readonly (string | number)[] {
  const [namespace = '', stream = '', tag = '', position = ''] = after;
  if (!/^\d{1,16}$/.test(position)) throw badRequest('continue key is not valid: it is not one of this list');
  return [namespace, stream, tag, Number(position)];
}
