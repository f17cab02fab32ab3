import { asRepository, clientDefaults, exact, type DockerReference } from '#lib/registry';
import type { ImageStream } from '../image-stream.js';
import type { StreamPolicy } from '../stream-policy.js';
import { tryParse } from './tag-validation.js';

/**
 * The policy, with everything that a stream names already let through: a list of allowed registries that was tightened
 * since must not stand in the way of other changes.
 */
export function allowingKnown(policy: StreamPolicy, stream: ImageStream): StreamPolicy {
  let known: ReadonlySet<string> | undefined;
  return {
    ...policy,
    refuseImport: (reference, transport) => {
      const refusal = policy.refuseImport(reference, transport);
      if (refusal === undefined) return undefined;
      known ??= repositoriesOf(stream);
      return known.has(canonicalRepository(reference)) ? undefined : refusal;
    },
  };
}

/** Every pull spec in the histories of a stream's tags, as it is written there. */
export function* historyReferences({ tags }: ImageStream): Iterable<string> {
  for (const { history } of tags.values()) {
    for (const { dockerImageReference } of history) yield dockerImageReference;
  }
}

function repositoriesOf(stream: ImageStream): ReadonlySet<string> {
  const repositories = new Set<string>();
  for (const text of new Set([...specReferences(stream), ...historyReferences(stream)])) {
    const parsed = tryParse(text);
    if (typeof parsed !== 'string') repositories.add(canonicalRepository(parsed));
  }
  return repositories;
}

function* specReferences({ header, tags }: ImageStream): Iterable<string> {
  if (header !== undefined) yield header.dockerImageRepository;
  for (const { spec } of tags.values()) {
    if (spec?.from?.kind === 'DockerImage') yield spec.from.name ?? '';
  }
}

const canonicalRepository = (reference: DockerReference): string => exact(asRepository(clientDefaults(reference)));
