import { Module } from '@nestjs/common';
import { AUTHORIZER, type Authorizer } from '#lib/access';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { IMAGES, type Images } from '#lib/image';
import { imageResources, ImageStreamImportStorage, type ImageApiContext } from '#lib/image-api';
import { IMPORTS, type Imports } from '#lib/import';
import type { RequestUser } from '#lib/kube-api';
import { READ_MODEL, type ChangeFeed, type ReadModel } from '#lib/read-model';
import { SIGNATURES, type Signatures } from '#lib/signature';
import { IMAGE_STREAMS, STREAM_POLICY, type ImageStreams, type StreamPolicy } from '#lib/stream';
import {
  LimitIndex,
  NAMESPACE_GUARD,
  PULL_SECRET_SOURCE,
  secretSchema,
  type NamespaceGuard,
  type PullSecretSource,
} from '#lib/tenancy';
import { pullAuthority } from './pull-authority.js';
import { IMAGE_CHANGES } from './storage.module.js';

/** Nest token of the resources of `image.openshift.io`. */
export const IMAGE_RESOURCES = Symbol('ImageResources');

const IMAGE_API = Symbol('ImageApiContext');

/** The eight resources of `image.openshift.io`, in front of the contexts. */
@Module({
  providers: [
    {
      provide: IMAGE_API,
      inject: [
        CONFIGURATION,
        EVENT_STORE,
        READ_MODEL,
        IMAGE_CHANGES,
        IMAGE_STREAMS,
        IMAGES,
        SIGNATURES,
        AUTHORIZER,
        LimitIndex,
        NAMESPACE_GUARD,
      ],
      useFactory: imageApiContext,
    },
    {
      provide: IMAGE_RESOURCES,
      inject: [IMAGE_API, PULL_SECRET_SOURCE, IMPORTS, STREAM_POLICY, AUTHORIZER],
      useFactory: resources,
    },
  ],
  exports: [IMAGE_RESOURCES],
})
export class ImageApiModule {}

function resources(
  api: ImageApiContext,
  pullSecrets: PullSecretSource,
  imports: Imports,
  { refuseImport }: StreamPolicy,
  authorizer: Authorizer,
) {
  const mayCreateEverywhere = async (user: RequestUser, resource: string): Promise<boolean> => {
    const { allowed } = await authorizer.authorize({ user, verb: 'create', group: 'image.openshift.io', resource });
    return allowed;
  };
  return imageResources(api, {
    listPullSecrets: (request) => pullSecrets.list(request),
    secretSchema,
    imports: new ImageStreamImportStorage(api, imports, { mayCreateEverywhere, refuseImport }),
  });
}

function imageApiContext(
  { images: settings }: Configuration,
  store: EventStore,
  readModel: ReadModel,
  changes: ChangeFeed,
  streams: ImageStreams,
  images: Images,
  signatures: Signatures,
  authorizer: Authorizer,
  limits: LimitIndex,
  assertNamespaceActive: NamespaceGuard,
): ImageApiContext {
  return {
    ...{ store, readModel, changes, streams, images, signatures },
    mayPullFrom: (user, namespace, stream) => pullAuthority(authorizer).mayPullFrom(user, namespace, stream),
    assertNamespaceActive,
    imageSizeLimits: (namespace) => limits.imageSizes(namespace),
    settings: {
      hostnames: {
        internal: settings.internalRegistryHostname ?? '',
        external: settings.externalRegistryHostnames[0] ?? '',
      },
      importMode: settings.importMode,
      historyWindow: settings.historyWindow,
    },
  };
}
