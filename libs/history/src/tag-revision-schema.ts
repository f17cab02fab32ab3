import { array, as, int64, object, objectMeta, string, time, type ObjectSchema } from '#lib/kube-api';

const actor: ObjectSchema = object('dev.tagline.history.v1alpha1.Actor', 'Somebody who acted.', {
  user: string('Name of the user or service account.', { required: true }),
  groups: array('Groups that the user was in at the time.', string('Name of a group.')),
});

/** One step in the life of a tag. */
export const tagRevisionSchema: ObjectSchema = object(
  'dev.tagline.history.v1alpha1.TagRevision',
  'One move of a tag: when it happened, who caused it and why, and from which image to which. Revisions are never ' +
    'changed or removed, also when their tag or stream is deleted.',
  {
    apiVersion: string('Version of the API that the object is written in: "history.tagline.dev/v1alpha1".'),
    kind: string('What the object is: "TagRevision".'),
    metadata: as(
      objectMeta,
      'Standard metadata. The name is "<stream>:<tag>@<resourceVersion>", the creation time that of the move.',
    ),
    stream: string('Name of the image stream.', { required: true }),
    tag: string('Name of the tag.', { required: true }),
    move: string(
      'What kind of move it was: Pushed (registered through an ImageStreamMapping), Imported (from a remote registry), ' +
        'Resolved (a spec tag that names another tag or image), Followed (the tag tracks another one), Deleted, Pruned, ' +
        'StatusReplaced, or StreamDeleted.',
      { required: true },
    ),
    from: string('Image that the tag showed before. Absent for the first revision.'),
    to: string('Image that the tag shows from then on. Absent when it shows none.'),
    reference: string('Pull specification that came with the move.'),
    generation: int64('Generation of the stream whose wish led to the move.'),
    time: time('When the move happened.', { required: true }),
    actor: as(actor, 'Who caused the move.', { required: true }),
    cause: string('What led to the move: an import, the tag that is followed, the reference that was resolved.'),
    changeCause: string('Reason that the caller gave, in the annotation kubernetes.io/change-cause.'),
    requestId: string('Request that the move came with; the same as in the log of the server.'),
    userAgent: string('Program that sent the request.'),
    sourceAddress: string('Network address that the request came from.'),
    eventId: string('Identifier of the event in the log.', { required: true }),
  },
);
