import {
  as,
  boolean,
  map,
  object,
  objectMeta,
  string,
  typeMeta,
  type KubeObject,
  type ResourceDefinition,
} from '#lib/kube-api';
import { ageOf } from '../age.js';
import type { SecretObject, SubmittedSecret } from './secret.js';
import { dataOf, typeOf } from './secret-rules.js';
import { SecretStorage, type SecretStorageDeps } from './secret-storage.js';

export const secretSchema = object(
  'io.k8s.api.core.v1.Secret',
  'Something to keep quiet about, above all the credentials with which imports log in to registries. Stored encrypted, ' +
    'and outside of the history: a secret that was deleted is gone.',
  {
    ...typeMeta,
    metadata: as(
      objectMeta,
      'Standard metadata. With the annotation "openshift.io/image.excludeSecret" set to "true" no import uses the secret.',
    ),
    type: string(
      'What the secret is for: "kubernetes.io/dockerconfigjson" and, in the older form, "kubernetes.io/dockercfg" hold ' +
        'credentials of registries, "Opaque" anything else. It cannot be changed.',
      { default: 'Opaque' },
    ),
    data: map('The content by key, in base64.', string('Content of one key.', { format: 'byte' })),
    stringData: map(
      'The content by key as plain text: easier to write, put into "data" by the server and never shown.',
      string('Content of one key.'),
    ),
    immutable: boolean('Refuse every change of the content from now on. Cannot be taken back.'),
  },
);

/** `secrets` of the core API. */
export const secretResource = (deps: SecretStorageDeps): ResourceDefinition => ({
  group: '',
  version: 'v1',
  resource: 'secrets',
  kind: 'Secret',
  singular: 'secret',
  namespaced: true,
  generatesNames: true,
  ownVersions: true,
  schema: secretSchema,
  columns: {
    columns: [
      { name: 'Name', type: 'string', format: 'name', description: 'Name of the secret.' },
      { name: 'Type', type: 'string', description: 'What the secret is for.' },
      { name: 'Data', type: 'string', description: 'How many keys it holds.' },
      { name: 'Age', type: 'string', description: 'Time since it was created.' },
    ],
    cells: (secret, now) => [secret.metadata.name, type(secret), keyCount(secret), ageOf(secret, now)],
  },
  selectableFields: { type },
  storage: new SecretStorage(deps),
  ownership: { asKept: encoded, complete: (secret) => ({ ...encoded(secret), type: typeOf(secret) }) as KubeObject },
});

/** Plain text is owned as what becomes of it: nobody can own a field that is never there. */
function encoded({ stringData, ...secret }: SubmittedSecret): SubmittedSecret {
  const data = dataOf({ ...secret, ...(stringData && { stringData }) });
  return { ...secret, ...(Object.keys(data).length === 0 ? {} : { data }) };
}

const type = (secret: KubeObject): string => (secret as SecretObject).type;

const keyCount = (secret: KubeObject): number => Object.keys((secret as SecretObject).data ?? {}).length;
