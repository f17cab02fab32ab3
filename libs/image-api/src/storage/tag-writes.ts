import {
  conflict,
  notFound,
  type Deleted,
  type DeleteOptions,
  type GroupResource,
  type RequestContext,
} from '#lib/kube-api';
import { callerOf, freshen, type ImageApiContext } from '../image-api-context.js';

export interface TagKey {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
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

/** Removes a tag with its history. Preconditions are about the stream, whose uid the tag shows. */
export async function deleteTag(
  api: ImageApiContext,
  resource: GroupResource,
  context: RequestContext,
  { namespace, stream, tag }: TagKey,
  { dryRun, preconditions }: DeleteOptions,
): Promise<Deleted> {
  await freshen(api);
  const current = await api.readModel.streamHeader(namespace, stream);
  if (current === undefined) throw notFound(resource, stream);
  const { uid } = current.header;
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    throw conflict(resource, `${stream}:${tag}`, 'the UID precondition was not met');
  }
  const command = { type: 'DeleteTag', name: stream, tag } as const;
  const caller = callerOf(api, context);
  if (dryRun) {
    await api.streams.preview(namespace, stream, command, caller);
  } else {
    const { version } = await api.streams.deleteTag(namespace, command, caller);
    await api.readModel.waitFor(version);
  }
  return { uid };
}
