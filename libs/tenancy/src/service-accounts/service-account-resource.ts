import {
  array,
  as,
  boolean,
  object,
  objectMeta,
  string,
  typeMeta,
  type KubeObject,
  type ResourceDefinition,
} from '#lib/kube-api';
import { ageOf } from '../age.js';
import { DeclaredStorage, type DeclaredStorageDeps } from '../declared/declared-storage.js';
import { ServiceAccountFamily, type ServiceAccountObject } from './service-account-family.js';
import { tokenSubresource, type TokenRequestDeps } from './token-request.js';

export type ServiceAccountResourceDeps = DeclaredStorageDeps & TokenRequestDeps;

const reference = object('io.k8s.api.core.v1.ObjectReference', 'An object that is referred to.', {
  kind: string('Kind of the object.'),
  namespace: string('Namespace of the object.'),
  name: string('Name of the object.'),
  uid: string('UID of the object.'),
  apiVersion: string('API version of the object.'),
  resourceVersion: string('Version of the object.'),
  fieldPath: string('Part of the object.'),
});

const localReference = object('io.k8s.api.core.v1.LocalObjectReference', 'An object of the same namespace.', {
  name: string('Name of the object.'),
});

const schema = object(
  'io.k8s.api.core.v1.ServiceAccount',
  'A user that is no person: a pipeline or another program. It signs in with tokens that are made by creating its ' +
    'subresource "token", and that are good until they expire or the service account is deleted.',
  {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata.'),
    secrets: array('Kept, and of no effect: there are no tokens in secrets.', reference),
    imagePullSecrets: array(
      'Kept, and of no effect: imports use every pull secret of their namespace.',
      localReference,
    ),
    automountServiceAccountToken: boolean('Kept, and of no effect.'),
  },
);

/** `serviceaccounts` of the core API. */
export const serviceAccountResource = (deps: ServiceAccountResourceDeps): ResourceDefinition => ({
  group: '',
  version: 'v1',
  resource: 'serviceaccounts',
  kind: 'ServiceAccount',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  generatesNames: true,
  schema,
  columns: {
    columns: [
      { name: 'Name', type: 'string', format: 'name', description: 'Name of the service account.' },
      { name: 'Secrets', type: 'string', description: 'How many secrets it names.' },
      { name: 'Age', type: 'string', description: 'Time since it was created.' },
    ],
    cells: (account, now) => [account.metadata.name, secretCount(account), ageOf(account, now)],
  },
  storage: new DeclaredStorage(deps, new ServiceAccountFamily()),
  ownership: {},
  subresources: [tokenSubresource(deps)],
});

const secretCount = (account: KubeObject): number => (account as ServiceAccountObject).secrets?.length ?? 0;
