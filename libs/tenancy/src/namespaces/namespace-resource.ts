import {
  array,
  as,
  object,
  objectMeta,
  string,
  typeMeta,
  type KubeObject,
  type ResourceDefinition,
} from '#lib/kube-api';
import { ageOf } from '../age.js';
import { AS_NAMESPACE, type NamespaceObject } from './namespace-object.js';
import { NamespaceStorage, type NamespaceStorageDeps } from './namespace-storage.js';

const spec = object('io.k8s.api.core.v1.NamespaceSpec', 'What is wanted of a namespace.', {
  finalizers: array(
    'What must be done before the namespace may disappear. Set by the server: "kubernetes" stands for emptying it.',
    string('Name of one task.'),
  ),
});

const status = object('io.k8s.api.core.v1.NamespaceStatus', 'How a namespace is.', {
  phase: string('"Active", or "Terminating" from the moment on that somebody asked to delete it.', {
    enum: ['Active', 'Terminating'],
  }),
});

export const namespaceSchema = object(
  'io.k8s.api.core.v1.Namespace',
  'A room for names: image streams and secrets are kept in namespaces, and access is granted by namespace. Deleting one ' +
    'deletes what is in it.',
  {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata. The label "kubernetes.io/metadata.name" holds the name.'),
    spec: as(spec, 'What is wanted of the namespace.'),
    status: as(status, 'How the namespace is. Written by the server.'),
  },
);

export const phase = (namespace: KubeObject): string => (namespace as NamespaceObject).status.phase;

/** `namespaces` of the core API. */
export const namespaceResource = (deps: NamespaceStorageDeps): ResourceDefinition => ({
  group: '',
  version: 'v1',
  resource: 'namespaces',
  kind: 'Namespace',
  singular: 'namespace',
  namespaced: false,
  shortNames: ['ns'],
  generatesNames: true,
  schema: namespaceSchema,
  columns: {
    columns: [
      { name: 'Name', type: 'string', format: 'name', description: 'Name of the namespace.' },
      { name: 'Status', type: 'string', description: 'Whether it is in use or being emptied.' },
      { name: 'Age', type: 'string', description: 'Time since it was created.' },
    ],
    cells: (namespace, now) => [namespace.metadata.name, phase(namespace), ageOf(namespace, now)],
  },
  selectableFields: { 'status.phase': phase },
  storage: new NamespaceStorage(deps, AS_NAMESPACE),
  ownership: {},
});
