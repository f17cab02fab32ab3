import { array, as, boolean, listMeta, map, object, objectMeta, string } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';

const secret: ObjectSchema = object('io.k8s.api.core.v1.Secret', 'Credentials and other things to keep quiet about.', {
  apiVersion: string('Version of the API that the object is written in: "v1".'),
  kind: string('What the object is: "Secret".'),
  metadata: as(objectMeta, 'Standard metadata.'),
  type: string(
    'What the secret is for. Credentials of registries have "kubernetes.io/dockerconfigjson" or, in the older form, ' +
      '"kubernetes.io/dockercfg".',
  ),
  data: map('Content by key, in base64.', string('Content of one key.', { format: 'byte' })),
  stringData: map('Content by key as plain text: a way to write data, never shown.', string('Content of one key.')),
  immutable: boolean('Refuse changes of the content. Cannot be taken back.'),
});

/** The pull secrets of a namespace. */
export const secretListSchema: ObjectSchema = object(
  'com.github.openshift.api.image.v1.SecretList',
  'The secrets of a namespace that hold credentials for registries: what an import into its streams may use.',
  {
    apiVersion: string('Version of the API that the list is written in: "image.openshift.io/v1".'),
    kind: string('What the object is: "SecretList".'),
    metadata: as(listMeta, 'Standard metadata of lists.'),
    items: array('The secrets.', secret, { required: true }),
  },
);
