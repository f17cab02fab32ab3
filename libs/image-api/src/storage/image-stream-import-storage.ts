import { randomUUID } from 'node:crypto';
import { StaleVersionError, type Precondition } from '#lib/event-store';
import { wireTime } from '#lib/image';
import type { ImportRequest, Imports } from '#lib/import';
import {
  conflict,
  fieldError,
  invalid,
  notFound,
  viewOf,
  type FieldError,
  type KubeObject,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type RequestUser,
  type ResourceStorage,
  type WriteOptions,
} from '#lib/kube-api';
import { hostAndPort, InvalidReferenceError, parseReference } from '#lib/registry';
import type { ImageDocument } from '#lib/read-model';
import type { StreamPolicy } from '#lib/stream';
import { callerOf, freshen, type ImageApiContext } from '../image-api-context.js';
import { asStatus, GROUP, inGroup } from '../refusal-status.js';
import { defaultImageStreamImport } from '../schema/defaults.js';
import type {
  ImageStreamImportObject,
  ImageStreamImportSpec,
  ObjectMeta,
  RepositoryImportSpec,
  Submitted,
} from '../schema/types.js';
import { importStatus, shownImages } from '../views/image-stream-import-view.js';
import { validateImageStreamImport } from './image-stream-import-validation.js';

/** From where whom an import may fetch. */
export interface ImportAccess {
  /** Whether a user may create a resource of the image group in every namespace. */
  readonly mayCreateEverywhere: (user: RequestUser, resource: string) => Promise<boolean>;
  /** The allow-list of registries. */
  readonly refuseImport: StreamPolicy['refuseImport'];
}

/**
 * Who may create one of these everywhere may feed the image API with anything, and so need not keep to the allow-list.
 * The second name is no resource, as it is singular: only a wildcard allows it.
 */
const EXEMPTING_RESOURCES = ['images', 'imagestreammapping'] as const;

/** `imagestreamimports`: fetches images from other registries at once, and answers what became of them. Never stored. */
export class ImageStreamImportStorage implements ResourceStorage {
  constructor(
    private readonly api: ImageApiContext,
    private readonly imports: Imports,
    private readonly access: ImportAccess,
  ) {}

  async create(
    context: RequestContext,
    { namespace = '' }: Partial<ObjectKey>,
    body: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<ObjectView> {
    const sent = body as unknown as Submitted<ImageStreamImportObject>;
    const request = defaultImageStreamImport(sent, this.api.settings.importMode, explicitTag);
    const { metadata, spec } = request;
    const { name = '' } = metadata;
    const errors = validateImageStreamImport(request, namespace);
    if (errors.length > 0) throw invalid(GROUP, 'ImageStreamImport', name, errors);
    await this.api.assertNamespaceActive(namespace);
    await this.assertAllowed(context.user, name, spec);

    const uid = randomUUID();
    const now = new Date();
    const mode = !spec.import ? 'look' : dryRun ? 'dry-run' : 'write';
    const options = { mode, signal: context.signal } as const;
    const precondition = await this.precondition(namespace, name, metadata);
    const caller = callerOf(this.api, context, request);
    const { stream, findings } = await this.asImport(namespace, metadata, () =>
      this.imports.run(importRequest(uid, namespace, name, spec), caller, { ...options, precondition }),
    );
    const stored = mode === 'write' ? await this.storedMetadata(shownImages({ findings })) : new Map<string, never>();
    const { hostnames, historyWindow } = this.api.settings;
    const status = importStatus({ findings, ...(stream && { stream }) }, { stored, hostnames, historyWindow });
    return viewOf({ ...request, metadata: shownMetadata(metadata, { namespace, name, uid, now }), status });
  }

  /** @throws ApiError 422 where the allow-list holds for this user and forbids a registry. */
  private async assertAllowed(user: RequestUser, name: string, spec: ImageStreamImportSpec): Promise<void> {
    const { images = [], repository } = spec;
    const errors = [
      ...(repository === undefined ? [] : this.refusals(repository, 'spec.repository')),
      ...images.flatMap((image, index) => this.refusals(image, `spec.images[${index}]`)),
    ];
    if (errors.length === 0) return;
    for (const resource of EXEMPTING_RESOURCES) {
      if (await this.access.mayCreateEverywhere(user, resource)) return;
    }
    throw invalid(GROUP, 'ImageStreamImport', name, errors);
  }

  private refusals({ from, importPolicy }: RepositoryImportSpec, path: string): readonly FieldError[] {
    const reference = tryParse(from.name ?? '');
    if (reference === undefined) return [];
    const { host, port } = hostAndPort(reference, importPolicy.insecure === true);
    const registry = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const refusal = this.access.refuseImport({ registry, namespace: '', name: '', tag: '', id: '' }, 'secure');
    if (refusal === undefined) return [];
    const why = `importing images from registry "${registry}" is forbidden: ${refusal}`;
    return [fieldError.forbidden(`${path}.from.name`, why)];
  }

  /** What the caller says of the stream: the version, and perhaps the uid, that it must have. */
  private async precondition(
    namespace: string,
    name: string,
    { resourceVersion = '', uid = '' }: ObjectMeta,
  ): Promise<Precondition> {
    const { state, version } = await this.api.streams.load(namespace, name);
    if (state.header === undefined) {
      if (resourceVersion === '' && uid === '') return {};
      throw notFound(inGroup('imagestreamimports'), name);
    }
    if (uid !== '' && uid !== state.header.uid) throw notFound(inGroup('imagestream'), name);
    if (resourceVersion === '') return {};
    if (resourceVersion !== `${version}`) throw streamUpdated(name, resourceVersion, version);
    return { version };
  }

  private async asImport<T>(
    namespace: string,
    { name = '', resourceVersion = '' }: ObjectMeta,
    run: () => Promise<T>,
  ): Promise<T> {
    return asStatus({ resource: 'imagestreamimports', kind: 'ImageStream', name }, async () => {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof StaleVersionError)) throw error;
        const { version } = await this.api.streams.load(namespace, name);
        throw streamUpdated(name, resourceVersion, version);
      }
    });
  }

  /** Metadata of the images that are stored by now. */
  private async storedMetadata(names: readonly string[]): Promise<ReadonlyMap<string, ObjectMeta>> {
    await freshen(this.api);
    const stored = new Map<string, ObjectMeta>();
    for (const name of names) {
      const json = await this.api.readModel.image(name);
      if (json !== undefined) {
        const { metadata } = JSON.parse(json.toString('utf8')) as ImageDocument;
        stored.set(name, metadata as ObjectMeta);
      }
    }
    return stored;
  }
}

function importRequest(
  uid: string,
  namespace: string,
  stream: string,
  { images = [], repository }: ImageStreamImportSpec,
): ImportRequest {
  return {
    ...{ uid, namespace, stream, trigger: 'request' },
    images: images.map((image) => ({ ...wanted(image), ...(image.to && { to: image.to.name }) })),
    ...(repository === undefined ? {} : { repository: wanted(repository) }),
  };
}

const wanted = ({ from, importPolicy, referencePolicy, includeManifest = false }: RepositoryImportSpec) => ({
  ...{ from: from.name ?? '', importPolicy, referencePolicy, includeManifest },
});

function shownMetadata(
  { labels, annotations }: ObjectMeta,
  { namespace, name, uid, now }: { namespace: string; name: string; uid: string; now: Date },
): ObjectMeta & { name: string } {
  return {
    ...{ name, namespace, uid, creationTimestamp: wireTime(now) },
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
}

const streamUpdated = (name: string, sent: string, current: number) =>
  conflict(inGroup('imagestream'), name, `the image stream was updated from "${sent}" to "${current}"`);

/** The tag that a pull spec names; `undefined` when it names none or cannot be read. */
const explicitTag = (pullSpec: string): string | undefined => tryParse(pullSpec)?.tag || undefined;

function tryParse(pullSpec: string): ReturnType<typeof parseReference> | undefined {
  try {
    return parseReference(pullSpec);
  } catch (error) {
    if (error instanceof InvalidReferenceError) return undefined;
    throw error;
  }
}
