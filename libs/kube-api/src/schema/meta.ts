import { array, as, boolean, int32, int64, map, object, raw, string, time } from './schema.js';
import type { Fields, ObjectSchema } from './schema.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The two fields that every object begins with. */
export const typeMeta: Fields = {
  apiVersion: string('Group and version of the API in which this object is written, such as "apps/v1".'),
  kind: string('Name of the type of this object, in the singular and with capitals, such as "Secret".'),
};

export const ownerReference = object(
  `${META}.OwnerReference`,
  'Another object of the same namespace (or of none) that this one belongs to.',
  {
    apiVersion: string('API version of the owner.', { required: true }),
    kind: string('Kind of the owner.', { required: true }),
    name: string('Name of the owner.', { required: true }),
    uid: string('UID of the owner, so that a later object of the same name does not count.', { required: true }),
    controller: boolean('Whether the owner is the controller that manages this object; at most one owner is.'),
    blockOwnerDeletion: boolean('Whether a foreground deletion of the owner waits until this object is gone.'),
  },
);

export const managedFieldsEntry = object(
  `${META}.ManagedFieldsEntry`,
  'The fields that one manager has set, and how.',
  {
    manager: string('Name of the program or workflow that set the fields.'),
    operation: string('How they were set: "Apply" or "Update".'),
    apiVersion: string('API version in which the fields are named.'),
    time: time('When the set of fields last changed.'),
    fieldsType: string('Format of the field set; only "FieldsV1" exists.'),
    fieldsV1: raw('The set of fields, in the format FieldsV1.'),
    subresource: string('Subresource through which the fields were set; empty for the object itself.'),
  },
);

export const objectMeta = object(
  `${META}.ObjectMeta`,
  'What every stored object has: its name, its identity and what is attached to it.',
  {
    name: string('Name of the object, unique for its resource within its namespace. It cannot be changed.'),
    generateName: string('Start of a name that the server completes when no name is given.'),
    namespace: string('Namespace of the object; empty for objects that live in the cluster as a whole.'),
    selfLink: string('No longer filled in; kept so that old clients can read objects.'),
    uid: string('Identity of the object in time and space, given by the server; a re-created object has another one.'),
    resourceVersion: string(
      'Version of the object, which changes with every write. Sent with an update, it makes the update fail if the ' +
        'object has changed meanwhile.',
    ),
    generation: int64('Number of changes of the desired state.'),
    creationTimestamp: time('When the object was created, set by the server.'),
    deletionTimestamp: time('When the object is to be gone, set by the server once a graceful deletion was asked for.'),
    deletionGracePeriodSeconds: int64('Seconds that a graceful deletion may take.'),
    labels: map('Short keys and values by which objects are selected and grouped.', string('Value of the label.')),
    annotations: map('Free keys and values for tools; objects cannot be selected by them.', string('Free text.')),
    ownerReferences: array(
      'Objects that this one belongs to; once all of them are gone, it may be removed.',
      ownerReference,
      { patch: { strategy: 'merge', mergeKey: 'uid' } },
    ),
    finalizers: array(
      'Tasks to be done before the object may disappear; each is taken off by the one who did it.',
      string('Name of the task, with the domain of its owner.'),
      { patch: { strategy: 'merge' } },
    ),
    managedFields: array('Who set which fields of the object, for server-side apply.', managedFieldsEntry),
  },
);

export const listMeta = object(`${META}.ListMeta`, 'What a list has besides its items.', {
  selfLink: string('No longer filled in; kept so that old clients can read lists.'),
  resourceVersion: string('Version of the whole at which the list was taken; a watch can go on from it.'),
  continue: string('Present when there is more: send it back to get the next part.'),
  remainingItemCount: int64('How many items follow this part, where that is known.'),
});

export const statusCause = object(`${META}.StatusCause`, 'One of the reasons for a refusal.', {
  reason: string('Reason in a word that programs can compare.'),
  message: string('Reason in words for people.'),
  field: string('Path of the field at fault, such as "spec.tags[0].name".'),
});

export const statusDetails = object(`${META}.StatusDetails`, 'What a Status is about.', {
  name: string('Name of the object concerned.'),
  group: string('API group of the object concerned.'),
  kind: string('Resource or kind of the object concerned.'),
  uid: string('UID of the object concerned.'),
  causes: array('The single reasons, where there are several.', statusCause),
  retryAfterSeconds: int32('Seconds after which trying again makes sense.'),
});

export const status = object(`${META}.Status`, 'The answer of a request that returns no object.', {
  ...typeMeta,
  metadata: as(listMeta, 'Empty.'),
  status: string('"Success" or "Failure".'),
  message: string('What happened, in words for people.'),
  reason: string('Why it failed, in a word that programs can compare.'),
  details: as(statusDetails, 'Details that belong to the reason.'),
  code: int32('HTTP status code of the answer.'),
});

export const preconditions = object(`${META}.Preconditions`, 'What must hold for a deletion to be done.', {
  uid: string('UID that the object must have.'),
  resourceVersion: string('Version that the object must have.'),
});

export const deleteOptions = object(`${META}.DeleteOptions`, 'How an object is to be deleted.', {
  ...typeMeta,
  gracePeriodSeconds: int64('Seconds that the object may take to end; 0 deletes at once.'),
  preconditions: as(preconditions, 'What must hold; otherwise the answer is 409 Conflict.'),
  orphanDependents: boolean('Older form of propagationPolicy "Orphan".'),
  propagationPolicy: string('What happens to objects that belong to this one.', {
    enum: ['Orphan', 'Background', 'Foreground'],
  }),
  dryRun: array('With "All" nothing is stored.', string('"All".')),
});

export const objectReference = object(
  'io.k8s.api.core.v1.ObjectReference',
  'The place of another object, or of a part of it.',
  {
    kind: string('Kind of the object.'),
    namespace: string('Namespace of the object.'),
    name: string('Name of the object.'),
    uid: string('UID of the object.'),
    apiVersion: string('API version of the object.'),
    resourceVersion: string('Version of the object that is meant, where it matters.'),
    fieldPath: string('Part of the object that is meant, such as "spec.containers[0]".'),
  },
);

/** The list of a kind: `FooList` with its metadata and items. */
export function listSchemaOf(item: ObjectSchema, description: string): ObjectSchema {
  if (item.definition === undefined) throw new TypeError('only a named shape has a list');
  return object(`${item.definition}List`, description, {
    ...typeMeta,
    metadata: as(listMeta, 'Version of the list, and how to get the rest of it.'),
    items: array('The objects, in the order of their names.', item, { required: true }),
  });
}
