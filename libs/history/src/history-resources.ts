import type { EventStore } from '#lib/event-store';
import { humanAgo, type KubeObject, type ResourceDefinition, type TableDefinition } from '#lib/kube-api';
import type { ReadModel } from '#lib/read-model';
import { tagRevisionSchema } from './tag-revision-schema.js';
import { TagRevisionStorage, type TagRevisionObject } from './tag-revision-storage.js';

/** What OpenShift does not remember: the resources of `history.tagline.dev`. */
export const historyResources = (store: EventStore, readModel: ReadModel): ResourceDefinition[] => [
  {
    ...{ group: 'history.tagline.dev', version: 'v1alpha1', resource: 'tagrevisions', kind: 'TagRevision' },
    ...{ singular: 'tagrevision', namespaced: true, shortNames: ['tagrev'] },
    schema: tagRevisionSchema,
    columns: tagRevisionTable,
    selectableFields: { stream: text('stream'), tag: text('tag'), move: text('move'), to: text('to') },
    storage: new TagRevisionStorage(store, readModel),
  },
];

const text =
  (field: 'stream' | 'tag' | 'move' | 'to') =>
  (object: KubeObject): string =>
    (object as TagRevisionObject)[field] ?? '';

const string = (name: string, description: string, priority = 0) =>
  ({ name, type: 'string', description, priority }) as const;

const tagRevisionTable: TableDefinition = {
  columns: [
    { name: 'Revision', type: 'string', format: 'name', description: 'Stream, tag and version of the move.' },
    string('Move', 'What kind of move it was.'),
    string('From', 'Image that the tag showed before.'),
    string('To', 'Image that the tag shows from then on.'),
    string('User', 'Who caused the move.'),
    string('Moved', 'How long ago it happened.'),
    string('Cause', 'What led to the move.', 1),
    string('Change Cause', 'Reason that the caller gave.', 1),
  ],
  cells: (object, now) => {
    const revision = object as TagRevisionObject;
    return [
      revision.metadata.name,
      revision.move,
      short(revision.from),
      short(revision.to),
      revision.actor.user,
      humanAgo(now.getTime() - Date.parse(revision.time)),
      revision.cause ?? '',
      revision.changeCause ?? '',
    ];
  },
};

/** Enough of a digest to tell images apart by eye; usable as the start of an ImageStreamImage's name. */
const short = (image: string | undefined): string => image?.replace(/^sha256:([0-9a-f]{12}).*$/, '$1') ?? '';
