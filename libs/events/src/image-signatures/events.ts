import type { DomainEvent } from '../event.js';
import type { Signature } from './values.js';

export type SignatureAdded = DomainEvent<'SignatureAdded', { readonly image: string; readonly signature: Signature }>;

/** Somebody who may judge signatures recorded what a check of this one found. */
export type SignatureVerified = DomainEvent<
  'SignatureVerified',
  { readonly image: string; readonly signature: Signature }
>;

export type SignatureRemoved = DomainEvent<'SignatureRemoved', { readonly image: string; readonly name: string }>;

export type ImageSignaturesEvent = SignatureAdded | SignatureVerified | SignatureRemoved;
