import { objectMeta, typeMeta } from '../schema/meta.js';
import { array, as, boolean, int64, map, object, raw, string, time } from '../schema/schema.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { ResourceDefinition, ResourceStorage } from '../storage/resource.js';

/** A resource for tests, with one field of every sort. */
export const WIDGET = 'com.example.toys.v1.Widget';

const tag = object(`${WIDGET}Tag`, 'One tag of a widget.', {
  name: string('Name of the tag.', { required: true }),
  mode: string('How it is fetched.', { enum: ['Fast', 'Slow'], default: 'Fast' }),
  weight: int64('Weight in grams.'),
});

const policy = object(`${WIDGET}Policy`, 'What is allowed.', { local: boolean('Only here.', { default: false }) });

const spec: ObjectSchema = object(`${WIDGET}Spec`, 'What somebody wants.', () => ({
  colour: string('Colour of the widget.', { required: true }),
  tags: array('Tags of the widget.', tag, { patch: { strategy: 'merge', mergeKey: 'name' } }),
  words: array('Words about it.', string('A word.'), { patch: { strategy: 'merge' } }),
  policy: as(policy, 'What the widget may do.'),
  others: map('What others may do.', policy),
  content: raw('Whatever there is.', { patch: { strategy: 'replace' } }),
  key: string('Bytes.', { format: 'byte' }),
  made: time('When it was made.'),
  parts: array('Widgets that it is made of.', spec),
}));

export const widgetShape: ObjectSchema = object(WIDGET, 'A thing to try clients with.', {
  ...typeMeta,
  metadata: as(objectMeta, 'Standard metadata.'),
  spec: as(spec, 'What the widget is to be.'),
});

const never = async (): Promise<never> => Promise.reject(new Error('documents are made without asking the storage'));

export const everything: ResourceStorage = {
  get: never,
  list: never,
  watch: () => {
    throw new Error('documents are made without asking the storage');
  },
  create: never,
  update: never,
  delete: never,
  deleteCollection: never,
};

export function widgets(storage: ResourceStorage = everything): ResourceDefinition {
  return {
    group: 'toys.example.com',
    version: 'v1',
    resource: 'widgets',
    kind: 'Widget',
    singular: 'widget',
    namespaced: true,
    schema: widgetShape,
    storage,
    subresources: [{ name: 'status', kind: 'Widget', schema: widgetShape, storage: { get: never, update: never } }],
  };
}

/** A resource of the core group that is in no namespace, and can only be listed. */
export const shelves: ResourceDefinition = {
  group: '',
  version: 'v1',
  resource: 'shelves',
  kind: 'Shelf',
  singular: 'shelf',
  namespaced: false,
  schema: object('com.example.toys.v1.Shelf', 'A place for widgets.', {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata.'),
  }),
  storage: { list: never },
};
