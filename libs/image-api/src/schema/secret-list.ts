import { array, as, listMeta, object, string } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';

/**
 * The pull secrets of a namespace.
 *
 * @param secret - shape of a secret, which belongs to whoever keeps them.
 */
export const secretListSchema = (secret: ObjectSchema): ObjectSchema =>
  object(
    'com.github.openshift.api.image.v1.SecretList',
    'The secrets of a namespace that hold credentials for registries: what an import into its streams may use.',
    {
      apiVersion: string('Version of the API that the list is written in: "image.openshift.io/v1".'),
      kind: string('What the object is: "SecretList".'),
      metadata: as(listMeta, 'Standard metadata of lists.'),
      items: array('The secrets.', secret, { required: true }),
    },
  );
