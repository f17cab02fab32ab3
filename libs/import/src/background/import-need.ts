import { REPOSITORY_CHECK_ANNOTATION, type ImportMode, type StreamHeader, type TagState } from '#lib/events';
import { INSECURE_REPOSITORY_ANNOTATION } from '#lib/stream';
import type { ImageImport, RepositoryImport } from '../import-request.js';
import { tryParse } from '../importer/fetch-plan.js';

/** A stream, as far as it decides which imports are due. */
export interface StreamToImport {
  readonly header: StreamHeader | undefined;
  readonly tags: Iterable<readonly [tag: string, state: TagState]>;
}

/** What has to be imported into a stream. */
export interface ImportNeed {
  readonly images: readonly (ImageImport & { readonly to: string })[];
  readonly repository?: RepositoryImport;
}

/**
 * What a stream asks to be imported: tags whose wish is newer than what was last tried for it, and, for a stream that
 * stands for a repository and was never imported, the repository and every tag.
 *
 * A tag that failed is not asked for again: the failure is as new as the wish.
 */
export function importNeeded({ header, tags }: StreamToImport, importMode: ImportMode): ImportNeed | undefined {
  if (header === undefined) return undefined;
  const importable = [...tags].filter(([, state]) => isImportable(state));
  const { dockerImageRepository } = header;
  const unchecked = !isChecked(header);
  if (unchecked && dockerImageRepository !== '') {
    const insecure = header.metadata.annotations[INSECURE_REPOSITORY_ANNOTATION] === 'true';
    return {
      images: importable.flatMap(imageImport),
      repository: {
        from: dockerImageRepository,
        importPolicy: { ...(insecure ? { insecure } : {}), importMode },
        referencePolicy: { type: 'Source' },
        includeManifest: false,
      },
    };
  }
  if (!unchecked && !importable.some(([, state]) => needsImport(state))) return undefined;
  const images = importable
    .filter(([, state]) => state.spec?.generation === null || needsImport(state))
    .flatMap(imageImport);
  return images.length === 0 ? undefined : { images };
}

/** Tags that are imported again and again. A digest that was imported once never changes. */
export function scheduledImports({ tags }: StreamToImport): ImportNeed['images'] {
  return [...tags].filter(([, state]) => isScheduled(state)).flatMap(imageImport);
}

export function isScheduled(state: TagState): boolean {
  const { spec, history } = state;
  if (!isImportable(state) || spec === null || spec.importPolicy.scheduled !== true) return false;
  const reference = tryParse(spec.from?.name ?? '');
  if (typeof reference === 'string') return false;
  return reference.id === '' || (history.head?.generation ?? 0) < (spec.generation ?? Infinity);
}

/** Whether a tag's wish is newer than what was last tried for it. */
export const needsImport = (state: TagState): boolean =>
  isImportable(state) && (state.spec?.generation ?? 0) > observedGeneration(state);

/** Whether an import has written the stream. */
export const isChecked = ({ metadata }: StreamHeader): boolean =>
  (metadata.annotations[REPOSITORY_CHECK_ANNOTATION] ?? '') !== '';

const isImportable = ({ spec }: TagState): boolean => spec?.from?.kind === 'DockerImage' && spec.reference !== true;

/** The wish that the tag's newest image or failure answers. */
function observedGeneration({ history, conditions }: TagState): number {
  const failed = conditions.find(({ type }) => type === 'ImportSuccess');
  return Math.max(history.head?.generation ?? 0, failed?.generation ?? 0);
}

function imageImport([tag, { spec }]: readonly [string, TagState]): ImportNeed['images'] {
  if (spec === null) return [];
  const { from, importPolicy, referencePolicy } = spec;
  return [{ from: from?.name ?? '', to: tag, importPolicy, referencePolicy, includeManifest: false }];
}
