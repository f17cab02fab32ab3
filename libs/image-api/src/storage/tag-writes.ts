import { randomUUID } from 'node:crypto';
import type { TagReference } from '#lib/events';
import {
  conflict,
  fieldError,
  invalid,
  notFound,
  type Deleted,
  type DeleteOptions,
  type GroupResource,
  type RequestContext,
} from '#lib/kube-api';
import { NO_SOURCES, tagStateOf, type ImageStream, type StreamCaller } from '#lib/stream';
import { callerOf, freshen, type ImageApiContext } from '../image-api-context.js';
import { streamName, streamPathErrors } from '../object-names.js';
import { asStatus, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
import { defaultTagReference } from '../schema/defaults.js';
import type { Submitted } from '../schema/types.js';
import { warnOfTagNames } from './tag-name-warnings.js';
import type { TagOfStream } from '../views/image-stream-tag-view.js';

export interface TagKey {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
}

export interface TagWrite {
  readonly reference: TagReference | null;
  readonly existing: 'refuse' | 'replace';
  readonly dryRun: boolean;
  /** Version of the stream to insist on. */
  readonly version?: number | undefined;
}

/** How the errors of a resource that shows tags name things. */
export type TagErrorNames = Pick<ErrorNames, 'resource' | 'existsAs' | 'sentAs'>;

/** Writes tags of streams for the two resources that show them. */
export class TagWriter {
  private readonly resource: GroupResource;

  constructor(
    private readonly api: ImageApiContext,
    private readonly names: TagErrorNames,
  ) {
    this.resource = inGroup(names.resource);
  }

  /** A reference as it was sent, complete and under the name of its tag. */
  reference(sent: Submitted<TagReference>, tag: string): TagReference {
    return { ...defaultTagReference(sent, this.api.settings.importMode), name: tag };
  }

  /** Says what a tag is meant to be. A stream that is missing is created. */
  async specify(context: RequestContext, key: TagKey, write: TagWrite): Promise<TagOfStream> {
    const { namespace, stream, tag } = key;
    const { reference, existing, dryRun, version } = write;
    await this.assertStreamPossible(namespace, stream);
    if (reference !== null) warnOfTagNames(context, [tag], () => (existing === 'replace' ? [tag] : []));
    const caller = callerOf(this.api, context, { metadata: { annotations: reference?.annotations ?? {} } });
    const command = {
      type: 'SpecifyTag',
      creation: { namespace, name: stream, uid: randomUUID() },
      tag,
      reference,
      existing,
      now: new Date(),
      sources: NO_SOURCES,
    } as const;
    return this.write(key, dryRun, async () =>
      dryRun
        ? this.api.streams.preview(namespace, stream, command, caller)
        : this.api.streams.specifyTag(namespace, command, caller, version === undefined ? {} : { version }),
    );
  }

  /** Takes back what a tag is meant to be; its history stays. */
  async withdraw(
    context: RequestContext,
    key: TagKey,
    { dryRun, version }: Pick<TagWrite, 'dryRun' | 'version'>,
  ): Promise<TagOfStream> {
    const { namespace, stream, tag } = key;
    const caller = callerOf(this.api, context);
    const command = { type: 'RemoveTagSpec', name: stream, tag, now: new Date(), sources: NO_SOURCES } as const;
    return this.write(key, dryRun, async () =>
      dryRun
        ? this.api.streams.preview(namespace, stream, command, caller)
        : this.api.streams.removeTagSpec(namespace, command, caller, version === undefined ? {} : { version }),
    );
  }

  /** Removes a tag with its history. Preconditions are about the stream, whose uid the tag shows. */
  async delete(context: RequestContext, key: TagKey, { dryRun, preconditions }: DeleteOptions): Promise<Deleted> {
    const { namespace, stream, tag } = key;
    await freshen(this.api);
    const current = await this.api.readModel.streamHeader(namespace, stream);
    if (current === undefined) throw notFound(this.resource, stream);
    const { uid } = current.header;
    if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
      throw conflict(this.resource, `${stream}:${tag}`, 'the UID precondition was not met');
    }
    const caller: StreamCaller = callerOf(this.api, context);
    const command = { type: 'DeleteTag', name: stream, tag } as const;
    await this.write(key, dryRun, async () =>
      dryRun
        ? this.api.streams.preview(namespace, stream, command, caller)
        : this.api.streams.deleteTag(namespace, command, caller),
    );
    return { uid };
  }

  private async write(
    { stream, tag }: TagKey,
    dryRun: boolean,
    run: () => Promise<{ readonly state: ImageStream; readonly version: number }>,
  ): Promise<TagOfStream> {
    const requested = `${stream}:${tag}`;
    const names = { ...this.names, kind: 'ImageStream', name: stream, requested, leaveStale: true };
    const { state, version } = await asStatus(names, run);
    if (!dryRun) await this.api.readModel.waitFor(version);
    const { header } = state;
    if (header === undefined) throw new Error('a stream is there after a tag of it was written');
    const { spec, history, conditions } = tagStateOf(state, tag);
    const items = history.toArray(this.api.settings.historyWindow);
    return { header, version, tag, document: { spec, items, conditions } };
  }

  /** A stream that a tag brings into being keeps to the rules for streams. */
  private async assertStreamPossible(namespace: string, stream: string): Promise<void> {
    await this.api.assertNamespaceActive(namespace);
    if ((await this.api.readModel.streamHeader(namespace, stream)) !== undefined) return;
    const faults = streamName(stream).map((fault) => fieldError.invalid('metadata.name', stream, fault));
    const errors = [...faults, ...streamPathErrors(namespace, stream)];
    if (errors.length > 0) throw invalid(GROUP, 'ImageStream', stream, errors);
  }
}

/**
 * Which version of the stream a tag may be written on. A tag has no version of its own: it shows that of its stream.
 *
 * @param sent - the resource version that the writer named; without one any will do.
 * @returns the version to insist on.
 */
export function assertTagVersion(
  resource: GroupResource,
  name: string,
  sent: string | undefined,
  current: number | undefined,
): number | undefined {
  if (sent === undefined || sent === '') return undefined;
  if (current === undefined) throw notFound(resource, name);
  if (sent === `${current}`) return current;
  throw conflict(resource, name, `another caller has updated the resource version to ${current}`);
}

/** A tag as it is, also one of which nothing is there yet; `undefined` when there is no stream. */
export async function tagOrAbsent(
  { readModel }: Pick<ImageApiContext, 'readModel'>,
  { namespace, stream, tag }: TagKey,
): Promise<TagOfStream | undefined> {
  const known = await readModel.tag(namespace, stream, tag);
  if (known !== undefined) return known;
  const header = await readModel.streamHeader(namespace, stream);
  return header && { ...header, tag, document: { spec: null, items: [], conditions: [] } };
}
