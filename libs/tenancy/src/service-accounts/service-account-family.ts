import type { ServiceAccountContent } from '#lib/events';
import { dns1123Subdomain, type FieldError, type KubeObject } from '#lib/kube-api';
import type { DeclaredDocument } from '#lib/read-model';
import type { DeclaredCommand } from '../declared/declared-decider.js';
import type { DeclaredFamily } from '../declared/declared-family.js';
import { declaredMetadata } from '../declared/declared-metadata.js';
import type { DeclaredPlace } from '../declared/declared-service.js';
import { userMetadata } from '../declared/user-metadata.js';
import type { WritableResource } from '../object-writes.js';

export interface ServiceAccountObject extends KubeObject, ServiceAccountContent {}

export const SERVICE_ACCOUNTS: WritableResource = {
  group: '',
  resource: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
  nameRule: dns1123Subdomain,
};

/** `serviceaccounts`. */
export class ServiceAccountFamily implements DeclaredFamily<'serviceAccount'> {
  readonly kind = 'serviceAccount';
  readonly resource = SERVICE_ACCOUNTS;

  complete(sent: KubeObject): KubeObject {
    return sent;
  }

  faults(): readonly FieldError[] {
    return [];
  }

  updateFaults(): readonly FieldError[] {
    return [];
  }

  creation(
    { namespace = '', name }: DeclaredPlace,
    birth: { readonly uid: string; readonly now: Date },
    object: KubeObject,
  ): DeclaredCommand {
    const content = { metadata: userMetadata(object.metadata), content: contentOf(object) };
    return { type: 'CreateServiceAccount', namespace, name, ...birth, ...content };
  }

  change({ name }: DeclaredPlace, object: KubeObject): DeclaredCommand {
    return {
      type: 'ChangeServiceAccount',
      name,
      metadata: userMetadata(object.metadata),
      content: contentOf(object),
    };
  }

  deletion({ name }: DeclaredPlace, uid: string): DeclaredCommand {
    return { type: 'DeleteServiceAccount', name, uid };
  }

  shown({ object, version }: DeclaredDocument<'serviceAccount'>): ServiceAccountObject {
    const metadata = declaredMetadata(object, version);
    return { kind: 'ServiceAccount', apiVersion: 'v1', metadata, ...object.content };
  }
}

/** What of an object is its author's, besides its metadata. Lists without items say as much as none. */
function contentOf(object: KubeObject): ServiceAccountContent {
  const { secrets = [], imagePullSecrets = [], automountServiceAccountToken } = object as ServiceAccountObject;
  return {
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets }),
    ...(automountServiceAccountToken === undefined ? {} : { automountServiceAccountToken }),
  };
}
