import type { KubeObject, ObjectSchema, ResourceDefinition, ResourceStorage } from '#lib/kube-api';
import type { ImageApiContext } from './image-api-context.js';
import { GROUP } from './refusal-status.js';
import { defaultImage, defaultImageStream } from './schema/defaults.js';
import { imageSchema } from './schema/image.js';
import { imageSignatureSchema } from './schema/image-signature.js';
import { imageStreamImageSchema } from './schema/image-stream-image.js';
import { imageStreamImportSchema } from './schema/image-stream-import.js';
import { imageStreamLayersSchema } from './schema/image-stream-layers.js';
import { imageStreamMappingSchema } from './schema/image-stream-mapping.js';
import { imageStreamSchema } from './schema/image-stream.js';
import { imageStreamTagSchema } from './schema/image-stream-tag.js';
import { imageTagSchema } from './schema/image-tag.js';
import { secretListSchema } from './schema/secret-list.js';
import type { ImageObject, ImageStreamObject, Submitted } from './schema/types.js';
import { ImageCache } from './storage/image-cache.js';
import { ImageSignatureStorage } from './storage/image-signature-storage.js';
import { ImageStorage } from './storage/image-storage.js';
import { ImageStreamImageStorage } from './storage/image-stream-image-storage.js';
import { ImageStreamLayersStorage } from './storage/image-stream-layers-storage.js';
import { ImageStreamMappingStorage } from './storage/image-stream-mapping-storage.js';
import { ImageStreamStorage } from './storage/image-stream-storage.js';
import { ImageStreamTagStorage } from './storage/image-stream-tag-storage.js';
import { ImageTagStorage } from './storage/image-tag-storage.js';
import { PullSecretsStorage, type ListPullSecrets } from './storage/pull-secrets-storage.js';
import {
  imageStreamImageTable,
  imageStreamTable,
  imageStreamTagTable,
  imageTable,
  imageTagTable,
} from './tables/image-tables.js';

export interface ImageResourcesOptions {
  readonly listPullSecrets: ListPullSecrets;
  /** Shape of core/v1 secrets. */
  readonly secretSchema: ObjectSchema;
  /** Storage of `imagestreamimports`. */
  readonly imports: ResourceStorage;
}

/** The eight resources of `image.openshift.io/v1`. */
export function imageResources(
  api: ImageApiContext,
  { listPullSecrets, secretSchema, imports }: ImageResourcesOptions,
): ResourceDefinition[] {
  const images = new ImageCache(api.readModel);
  const own = { group: GROUP, version: 'v1' } as const;
  const streams = new ImageStreamStorage(api);
  const repository = (part: 'spec' | 'status') => (object: KubeObject) =>
    (object as unknown as ImageStreamObject)[part].dockerImageRepository ?? '';
  return [
    {
      ...own,
      ...{ resource: 'images', kind: 'Image', singular: 'image', namespaced: false, generatesNames: true },
      schema: imageSchema,
      columns: imageTable,
      storage: new ImageStorage(api),
      ownership: { complete: (image) => defaultImage(image as Submitted<ImageObject>) as KubeObject },
    },
    {
      ...own,
      ...{ resource: 'imagesignatures', kind: 'ImageSignature', singular: 'imagesignature', namespaced: false },
      schema: imageSignatureSchema,
      storage: new ImageSignatureStorage(api),
    },
    {
      ...own,
      ...{ resource: 'imagestreams', kind: 'ImageStream', singular: 'imagestream', namespaced: true },
      ...{ shortNames: ['is'], categories: ['all'], generatesNames: true },
      schema: imageStreamSchema,
      columns: imageStreamTable,
      selectableFields: {
        'spec.dockerImageRepository': repository('spec'),
        'status.dockerImageRepository': repository('status'),
      },
      storage: streams,
      ownership: {
        complete: (stream) =>
          defaultImageStream(stream as Submitted<ImageStreamObject>, api.settings.importMode) as KubeObject,
      },
      subresources: [
        {
          ...{ name: 'status', kind: 'ImageStream', schema: imageStreamSchema },
          storage: { get: streams.get.bind(streams), update: streams.updateStatus.bind(streams) },
        },
        {
          ...{ name: 'layers', kind: 'ImageStreamLayers', schema: imageStreamLayersSchema },
          storage: new ImageStreamLayersStorage(api, images),
        },
        {
          ...{ name: 'secrets', kind: 'SecretList', schema: secretListSchema(secretSchema) },
          storage: new PullSecretsStorage(listPullSecrets),
          selectableFields: { type: (secret) => (secret as KubeObject & { readonly type?: string }).type ?? '' },
          ownVersions: true,
        },
      ],
    },
    {
      ...own,
      ...{ resource: 'imagestreamimages', kind: 'ImageStreamImage', singular: 'imagestreamimage', namespaced: true },
      shortNames: ['isimage'],
      schema: imageStreamImageSchema,
      columns: imageStreamImageTable,
      storage: new ImageStreamImageStorage(api, images),
    },
    {
      ...own,
      ...{ resource: 'imagestreamimports', kind: 'ImageStreamImport', singular: 'imagestreamimport', namespaced: true },
      longRunning: true,
      schema: imageStreamImportSchema,
      storage: imports,
    },
    {
      ...own,
      ...{
        resource: 'imagestreammappings',
        kind: 'ImageStreamMapping',
        singular: 'imagestreammapping',
        namespaced: true,
      },
      schema: imageStreamMappingSchema,
      storage: new ImageStreamMappingStorage(api),
    },
    {
      ...own,
      ...{ resource: 'imagestreamtags', kind: 'ImageStreamTag', singular: 'imagestreamtag', namespaced: true },
      shortNames: ['istag'],
      schema: imageStreamTagSchema,
      columns: imageStreamTagTable,
      storage: new ImageStreamTagStorage(api, images),
    },
    {
      ...own,
      ...{ resource: 'imagetags', kind: 'ImageTag', singular: 'imagetag', namespaced: true },
      shortNames: ['itag'],
      schema: imageTagSchema,
      columns: imageTagTable,
      storage: new ImageTagStorage(api, images),
    },
  ];
}
