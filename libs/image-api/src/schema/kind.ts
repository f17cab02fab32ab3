import { as, object, objectMeta, string } from '#lib/kube-api';
import type { Fields, ObjectSchema } from '#lib/kube-api';

/** OpenAPI component name of a shape of this API. */
const component = (name: string): string => `com.github.openshift.api.image.v1.${name}`;

/** A shape that is part of a resource. */
export const part = (name: string, description: string, fields: ObjectSchema['fields']): ObjectSchema =>
  object(component(name), description, fields);

/** A shape that stands on its own: it says what it is, and has metadata. */
export const kind = (name: string, description: string, fields: Fields, metadata: string): ObjectSchema =>
  object(component(name), description, {
    apiVersion: string(`Version of the API that the object is written in: "image.openshift.io/v1".`),
    kind: string(`What the object is: "${name}".`),
    metadata: as(objectMeta, metadata),
    ...fields,
  });
