import { foldImage, foldSignatures, parseStreamName, type ImageEvent, type ImageSignaturesEvent } from '#lib/events';
import { imageDocument, imageFromDocument, type ImageDocument } from '../documents/image-document.js';
import type { Tables } from '../tables.js';
import type { AnyRecorded, Projection, RowPlace } from './projection.js';

/** Keeps the images, each with its signatures. */
export class ImageProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    const { aggregate, id: name } = parseStreamName(event.stream);
    if (aggregate !== 'image' && aggregate !== 'imageSignatures') return;
    const stored = tables.images.get([name]);
    const known = stored && imageFromDocument(JSON.parse(stored.toString('utf8')) as ImageDocument);
    const image = aggregate === 'image' ? foldImage(known?.image, event as ImageEvent) : known?.image;
    if (image === undefined) {
      tables.images.delete([name]);
      return;
    }
    const before = known?.signatures ?? [];
    const signatures = aggregate === 'image' ? before : foldSignatures(before, event as ImageSignaturesEvent);
    const document = imageDocument(image, signatures, event.position);
    tables.images.put([name], Buffer.from(JSON.stringify(document)));
  }

  reads({ stream }: AnyRecorded): readonly RowPlace[] {
    const { aggregate, id } = parseStreamName(stream);
    return aggregate === 'image' || aggregate === 'imageSignatures' ? [['images', [id]]] : [];
  }
}
