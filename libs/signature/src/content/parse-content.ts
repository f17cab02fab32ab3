import { readMessage, verify, type SignaturePacket } from 'openpgp';
import type { SignatureClaims } from '#lib/events';
import { readSimpleSigning, type SimpleSigning } from './simple-signing.js';

/** Longest content that is looked into, in bytes. Real ones have some hundred. */
const MAX_PARSED_BYTES = 64 * 1024;

/**
 * Reads what a GPG simple-signing signature says of itself: an OpenPGP message that is signed, maybe compressed, and holds
 * a JSON document. Nothing is verified; whoever holds the keys does that and records what came of it.
 *
 * @param content - base64.
 * @returns no claims for content that is anything else. Never throws.
 */
export async function parseContent(content: string): Promise<SignatureClaims> {
  if (content.length > (MAX_PARSED_BYTES / 3) * 4) return {};
  try {
    const { document, signature } = await openSigned(Buffer.from(content, 'base64'));
    const signing = readSimpleSigning(document);
    return signing === undefined || signature === undefined ? {} : claims(signing, signature);
  } catch {
    // The content is anything that somebody sent; what it is not is of no interest.
    return {};
  }
}

/** What is used here of a message that was taken apart; the library's own type needs the types of a browser. */
interface Opened {
  readonly data: Uint8Array;
  readonly signatures: readonly { readonly signature: Promise<{ readonly packets: readonly SignaturePacket[] }> }[];
}

/** The signed document, and the first of its signatures. */
async function openSigned(
  bytes: Uint8Array,
): Promise<{ document: Uint8Array; signature: SignaturePacket | undefined }> {
  const config = { maxDecompressedMessageSize: MAX_PARSED_BYTES };
  const message = await readMessage({ binaryMessage: new Uint8Array(bytes), config });
  // Without keys this only takes the message apart.
  const opened = (await verify({ message, verificationKeys: [], format: 'binary', config })) as Opened;
  const { data, signatures } = opened;
  const [first] = signatures;
  return { document: data, signature: (await first?.signature)?.packets[0] };
}

function claims({ reference, claims: signedClaims, time }: SimpleSigning, signature: SignaturePacket): SignatureClaims {
  const created = time ?? signature.created ?? undefined;
  const commonName = signature.signersUserID || undefined;
  return {
    imageIdentity: reference,
    signedClaims,
    ...(created === undefined ? {} : { created: `${created.toISOString().slice(0, 19)}Z` }),
    // An OpenPGP key has no issuer but its holder.
    ...(commonName === undefined ? {} : { issuedBy: { commonName } }),
    issuedTo: { ...(commonName === undefined ? {} : { commonName }), publicKeyID: keyOf(signature) },
  };
}

/** The signer's fingerprint where the signature names it, else the shorter key id; upper-case hexadecimal. */
function keyOf({ issuerFingerprint, issuerKeyID }: SignaturePacket): string {
  const hex = issuerFingerprint === null ? issuerKeyID.toHex() : Buffer.from(issuerFingerprint).toString('hex');
  return hex.toUpperCase();
}
