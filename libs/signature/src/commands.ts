import type { Signature, SignatureClaims, SignatureCondition } from '#lib/events';

/** A signature as a client writes it. */
export interface SentSignature extends Signature {
  /** Refused where there are any. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Add a signature that nobody has verified yet; what the sender says of it besides its content is not looked at. */
export interface AddSignature {
  readonly type: 'AddSignature';
  readonly image: string;
  readonly signature: SentSignature;
  /** What the content says of itself. */
  readonly claims: SignatureClaims;
  readonly uid: string;
  readonly now: Date;
}

export interface RemoveSignature {
  readonly type: 'RemoveSignature';
  readonly image: string;
  readonly name: string;
}

/** Record what a check of a signature found. */
export interface RecordVerification {
  readonly type: 'RecordVerification';
  readonly image: string;
  readonly name: string;
  readonly conditions: readonly SignatureCondition[];
  /** Replaces all claims that are known. */
  readonly claims: SignatureClaims;
}

/** Make an image's signatures these, as whoever writes an image with signatures means. */
export interface ReplaceSignatures {
  readonly type: 'ReplaceSignatures';
  readonly image: string;
  /** Of two signatures with one name the last counts. */
  readonly desired: readonly SentSignature[];
  /** What contents say of themselves, by content. */
  readonly claims: ReadonlyMap<string, SignatureClaims>;
}

/** Remove all signatures, as when the image goes. */
export interface DiscardSignatures {
  readonly type: 'DiscardSignatures';
  readonly image: string;
}

export type SignaturesCommand =
  AddSignature | RemoveSignature | RecordVerification | ReplaceSignatures | DiscardSignatures;
