import type { Signature, SignatureClaims, SignatureCondition } from '#lib/events';
import type { SentSignature } from '../commands.js';
import { isUnjudged } from './trust.js';

/** Annotation by which old registries marked the signatures that they manage; it means nothing any more. */
const MANAGED_SIGNATURE_ANNOTATION = 'image.openshift.io/managed-signature';

/** The signature without what old registries put on it. */
export function withoutManagedAnnotation(signature: SentSignature): SentSignature {
  const { [MANAGED_SIGNATURE_ANNOTATION]: managed, ...annotations } = signature.annotations ?? {};
  return managed === undefined ? signature : { ...signature, annotations };
}

/** A signature as it is stored, with no empty parts. Of one that nobody has judged only the content's own claims stay. */
export function recorded(sent: SentSignature, ownClaims: SignatureClaims): Signature {
  const { name, uid, creationTimestamp, type, content, conditions = [] } = sent;
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    type,
    content,
    ...judged(conditions, isUnjudged(conditions) ? ownClaims : sent),
  };
}

/** The parts of a signature that a judgement sets, without the empty ones. */
export function judged(
  conditions: readonly SignatureCondition[],
  { imageIdentity, signedClaims, created, issuedBy, issuedTo }: SignatureClaims,
): Pick<Signature, 'conditions' | keyof SignatureClaims> {
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(imageIdentity ? { imageIdentity } : {}),
    ...(signedClaims === undefined || Object.keys(signedClaims).length === 0 ? {} : { signedClaims }),
    ...(created === undefined ? {} : { created }),
    ...(issuedBy === undefined ? {} : { issuedBy }),
    ...(issuedTo === undefined ? {} : { issuedTo }),
  };
}
