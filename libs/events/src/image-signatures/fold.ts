import type { ImageSignaturesEvent } from './events.js';
import type { Signature } from './values.js';

/** The signatures of one image, in the order in which they were added. */
export type SignaturesState = readonly Signature[];

/** What an event means for the signatures of its image; the decider and the read models fold with it. */
export function foldSignatures(signatures: SignaturesState, event: ImageSignaturesEvent): SignaturesState {
  switch (event.type) {
    case 'SignatureAdded':
      return [...signatures, event.data.signature];
    case 'SignatureVerified':
      return signatures.map((known) => (known.name === event.data.signature.name ? event.data.signature : known));
    case 'SignatureRemoved':
      return signatures.filter(({ name }) => name !== event.data.name);
  }
}
