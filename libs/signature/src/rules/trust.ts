import type { SignatureCondition } from '#lib/events';

export const TRUSTED = 'Trusted';
export const FOR_IMAGE = 'ForImage';

/** The condition of a type that was probed last; of two probed at once the later in the list. */
export function latestCondition(
  conditions: readonly SignatureCondition[],
  type: string,
): SignatureCondition | undefined {
  return conditions
    .filter((condition) => condition.type === type)
    .reduce<SignatureCondition | undefined>(
      (latest, next) => (latest !== undefined && probeTime(latest) > probeTime(next) ? latest : next),
      undefined,
    );
}

/** Nobody has come to a judgement about the signature, so only its own content speaks for it. */
export function isUnjudged(conditions: readonly SignatureCondition[] = []): boolean {
  const trusted = latestCondition(conditions, TRUSTED);
  return trusted === undefined || trusted.status === 'Unknown';
}

const probeTime = ({ lastProbeTime }: SignatureCondition): number =>
  lastProbeTime === null ? -Infinity : Date.parse(lastProbeTime) || 0;
