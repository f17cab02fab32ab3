import { randomUUID } from 'node:crypto';
import {
  invalid,
  notFound,
  viewOf,
  type CreateResult,
  type Deleted,
  type DeleteOptions,
  type KubeObject,
  type ObjectKey,
  type RequestContext,
  type ResourceStorage,
  type WriteOptions,
} from '#lib/kube-api';
import { signatureDocument } from '#lib/read-model';
import { validateNewSignature } from '#lib/signature';
import { eventContext, freshen, type ImageApiContext } from '../image-api-context.js';
import { parseSignatureName } from '../object-names.js';
import { asStatus, fieldErrors, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
import { defaultImageSignature } from '../schema/defaults.js';
import type { ImageSignatureObject } from '../schema/types.js';

const names = (name: string): ErrorNames => ({ resource: 'imageSignatures', kind: 'ImageSignature', name });

/** `imagesignatures`: signatures are added to and taken from an image one at a time. */
export class ImageSignatureStorage implements ResourceStorage {
  constructor(private readonly api: ImageApiContext) {}

  async create(
    context: RequestContext,
    _key: Partial<ObjectKey>,
    body: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<CreateResult> {
    const { metadata, type, content } = defaultImageSignature(body as ImageSignatureObject);
    const { name = '' } = metadata;
    // What a signature says of itself is read from its content; what a client says of it does not count.
    const signature = { name, type, content: content ?? '' };
    const errors = fieldErrors(validateNewSignature(signature, metadata));
    if (errors.length > 0) throw invalid(GROUP, 'ImageSignature', name, errors);
    const { image } = parseSignatureName(name);
    await this.assertImage(image);
    const command = { type: 'AddSignature', image, signature, now: new Date(), uid: randomUUID() } as const;
    return asStatus(names(name), async () => {
      const added = dryRun
        ? await this.api.signatures.preview(command)
        : await this.api.signatures.add(command, eventContext(context));
      if (added.version !== undefined) await this.api.readModel.waitFor(added.version);
      const shown = signatureDocument(added.signature);
      return viewOf({ kind: 'ImageSignature', apiVersion: 'image.openshift.io/v1', ...shown });
    });
  }

  async delete(context: RequestContext, { name }: ObjectKey, { dryRun }: DeleteOptions): Promise<Deleted | undefined> {
    const { image } = parseSignatureName(name);
    await this.assertImage(image);
    const command = { type: 'RemoveSignature', image, name } as const;
    await asStatus(names(name), async () => {
      if (dryRun) {
        await this.api.signatures.preview(command);
        return;
      }
      const { version } = await this.api.signatures.remove(command, eventContext(context));
      await this.api.readModel.waitFor(version);
    });
    return undefined;
  }

  private async assertImage(name: string): Promise<void> {
    await freshen(this.api);
    if ((await this.api.readModel.image(name)) === undefined) throw notFound(inGroup('images'), name);
  }
}
