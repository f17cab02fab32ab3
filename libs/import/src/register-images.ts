import { randomUUID } from 'node:crypto';
import type { EventContext } from '#lib/events';
import type { Images } from '#lib/image';
import { eachAtOnce } from './at-once.js';
import type { FoundImage, ImageOutcome, ImportedImage, ImportFindings } from './import-outcome.js';
import type { ImportRequest } from './import-request.js';
import { withoutManifest } from './importer/imported-image.js';

/** Appends that wait for the disk together share a sync. */
const AT_ONCE = 32;

/** What an import stores: all that a tag will lead to. Images that were only looked up are not stored. */
export function storedImages({ images }: ImportRequest, findings: ImportFindings): readonly FoundImage[] {
  const named = findings.images.filter((_outcome, index) => images[index]?.to !== undefined);
  return [...(findings.repository?.images ?? []), ...named].flatMap(found);
}

/** Makes images known, the parts of a list before the list. Images that are known already stay as they are. */
export async function registerImages(
  service: Images,
  request: ImportRequest,
  findings: ImportFindings,
  now: Date,
  context: EventContext,
): Promise<void> {
  const stored = storedImages(request, findings);
  const register = async ({ name, annotations, content }: ImportedImage): Promise<void> => {
    const metadata = { labels: {}, annotations, finalizers: [], ownerReferences: [] };
    const command = { name, uid: randomUUID(), now, origin: 'import', metadata, content, existing: 'keep' } as const;
    await service.register(command, context);
  };
  for (const images of [stored.flatMap(({ manifests }) => manifests), stored.map(({ image }) => image)]) {
    await eachAtOnce(distinct(images), AT_ONCE, register);
  }
}

const found = ({ result }: ImageOutcome): FoundImage[] => (result.kind === 'found' ? [result] : []);

const distinct = (images: readonly ImportedImage[]): Iterable<ImportedImage> =>
  new Map(images.map((image) => [image.name, withoutManifest(image)])).values();
