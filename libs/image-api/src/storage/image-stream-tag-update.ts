import { isDeepStrictEqual } from 'node:util';
import type { TagReference } from '#lib/events';
import {
  badRequest,
  fieldError,
  invalid,
  pathSegmentName,
  validateObjectMeta,
  type FieldError,
  type KubeObject,
} from '#lib/kube-api';
import { GROUP } from '../refusal-status.js';
import type { ImageStreamTagObject, Submitted } from '../schema/types.js';

type SentTag = Omit<Submitted<ImageStreamTagObject>, 'metadata'> & KubeObject;

/** The rules for a tag that is to be created, but for those of its stream. */
export function istagCreateErrors(sent: SentTag): FieldError[] {
  const { metadata, tag } = sent;
  const errors = [
    ...validateObjectMeta({ namespace: 'any', ...metadata }, { namespaced: true, nameRule: pathSegmentName }),
  ];
  const annotations = tag?.annotations;
  if (annotations != null && !isDeepStrictEqual(annotations, metadata.annotations ?? {})) {
    const detail = 'tag annotations must not be provided or must be equal to the object meta annotations';
    errors.push(fieldError.invalid('tag.annotations', '<map>', detail));
  }
  return errors;
}

export interface TagUpdate {
  readonly sent: SentTag;
  /** The tag as it is, also when it shows no image; `undefined` when there is no stream. */
  readonly current: ImageStreamTagObject | undefined;
  readonly name: string;
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
}

/**
 * What an update of an ImageStreamTag wants of its spec tag. Only the reference and the annotations can be changed; the
 * annotations of the object are those of the spec tag.
 *
 * @throws ApiError when the update touches something else, or there is no reference to keep.
 */
export function istagUpdate(
  { sent, current, name, namespace, stream, tag }: TagUpdate,
  complete: (spec: Submitted<TagReference>) => TagReference,
): TagReference {
  const { metadata } = sent;
  if (current === undefined) {
    const errors = istagCreateErrors(sent);
    if (errors.length > 0) throw invalid(GROUP, 'ImageStreamTag', name, errors);
  } else if (!sameIdentity(metadata, current.metadata)) {
    const error = fieldError.invalid('metadata', '', 'may not update fields other than metadata.annotations');
    throw invalid(GROUP, 'ImageStreamTag', name, [error]);
  }
  const wanted = sent.tag ?? current?.tag ?? null;
  if (wanted === null) {
    throw badRequest(
      `imagestreamtag ${tag} is not a spec tag in imagestream ${namespace}/${stream}, cannot be updated`,
    );
  }
  const annotations = current === undefined ? (wanted.annotations ?? metadata.annotations) : metadata.annotations;
  const filled = annotations === undefined || Object.keys(annotations).length === 0 ? null : annotations;
  return { ...complete(wanted), annotations: filled };
}

/** Whether an update leaves alone what it must: a field that is not sent counts as left alone. */
function sameIdentity(sent: KubeObject['metadata'], current: ImageStreamTagObject['metadata']): boolean {
  const { uid, creationTimestamp, labels } = sent;
  return (
    (uid === undefined || uid === current.uid) &&
    (creationTimestamp == null || creationTimestamp === current.creationTimestamp) &&
    (labels === undefined || isDeepStrictEqual(labels, current.labels ?? {}))
  );
}
