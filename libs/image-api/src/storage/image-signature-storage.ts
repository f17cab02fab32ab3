import { randomUUID } from 'node:crypto';
import {
  fieldError,
  invalid,
  notFound,
  viewOf,
  type CreateResult,
  type Deleted,
  type DeleteOptions,
  type FieldError,
  type KubeObject,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceStorage,
  type WriteOptions,
} from '#lib/kube-api';
import { signatureDocument } from '#lib/read-model';
import type { SignaturesState } from '#lib/events';
import { isSignatureName } from '#lib/signature';
import { eventContext, freshen, type ImageApiContext } from '../image-api-context.js';
import { parseSignatureName } from '../object-names.js';
import { asStatus, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
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
    const { name = '', labels, annotations } = metadata;
    if (!isSignatureName(name)) throw invalid(GROUP, 'ImageSignature', name, [malformedName(name)]);
    const { image } = parseSignatureName(name);
    await this.assertImage(image);
    // What a signature says of itself is read from its content; what a client says of it does not count.
    const signature = {
      name,
      type,
      content: content ?? '',
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    };
    const command = { image, signature, now: new Date(), uid: randomUUID() };
    return asStatus(names(name), async () => {
      if (dryRun) return added(await this.api.signatures.preview({ type: 'AddSignature', ...command }), name);
      const handled = await this.api.signatures.add(command, eventContext(context));
      await this.api.readModel.waitFor(handled.version);
      return added(handled, name);
    });
  }

  async delete(context: RequestContext, { name }: ObjectKey, { dryRun }: DeleteOptions): Promise<Deleted | undefined> {
    const { image } = parseSignatureName(name);
    await this.assertImage(image);
    const command = { image, name };
    await asStatus(names(name), async () => {
      if (dryRun) {
        await this.api.signatures.preview({ type: 'RemoveSignature', ...command });
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

const malformedName = (name: string): FieldError =>
  fieldError.invalid('metadata.name', name, 'name must be of format <imageName>@<signatureName>');

/** The signature that was added, as it is stored. */
function added({ state }: { readonly state: SignaturesState }, name: string): ObjectView {
  const signature = state.find((known) => known.name === name);
  if (signature === undefined) throw new Error('a signature is there after it was added');
  return viewOf({ kind: 'ImageSignature', apiVersion: 'image.openshift.io/v1', ...signatureDocument(signature) });
}
