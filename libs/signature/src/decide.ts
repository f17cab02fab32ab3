import { isDeepStrictEqual } from 'node:util';
import type { Decider, FieldProblem } from '#lib/event-store';
import { foldSignatures, type ImageSignaturesEvent, type Signature, type SignaturesState } from '#lib/events';
import type {
  AddSignature,
  DiscardSignatures,
  RecordVerification,
  RemoveSignature,
  ReplaceSignatures,
  SignaturesCommand,
} from './commands.js';
import { invalidSignature, signatureExists, signatureNotFound } from './refusals.js';
import { judged, recorded, withoutManagedAnnotation } from './rules/signature-record.js';
import { validateSignature } from './rules/signature-validation.js';

/** The signatures of one image as a decider. Whether there is such an image is its caller's business. */
export const signaturesDecider: Decider<SignaturesState, SignaturesCommand, ImageSignaturesEvent> = {
  initialState: [],
  evolve: foldSignatures,
  decide: (command, signatures) => {
    switch (command.type) {
      case 'AddSignature':
        return add(command, signatures);
      case 'RemoveSignature':
        return remove(command, signatures);
      case 'RecordVerification':
        return recordVerification(command, signatures);
      case 'ReplaceSignatures':
        return replace(command, signatures);
      case 'DiscardSignatures':
        return discard(command, signatures);
    }
  },
};

function add({ image, signature, claims, uid, now }: AddSignature, known: SignaturesState): ImageSignaturesEvent[] {
  const { name, type, content, labels, annotations } = signature;
  const sent = { name, type, content, ...(labels && { labels }), ...(annotations && { annotations }) };
  assertValid(name, validateSignature(sent));
  if (known.some((other) => other.name === name || isTwin(other, signature))) throw signatureExists(name);
  const creationTimestamp = `${now.toISOString().slice(0, 19)}Z`;
  return [added(image, recorded({ name, type, content, uid, creationTimestamp }, claims))];
}

/** The same signature, maybe by another name. */
const isTwin = (a: Signature, b: Signature): boolean => a.type === b.type && a.content === b.content;

function remove({ image, name }: RemoveSignature, known: SignaturesState): ImageSignaturesEvent[] {
  return [removed(image, find(known, name))];
}

function recordVerification(command: RecordVerification, known: SignaturesState): ImageSignaturesEvent[] {
  const { image, name, conditions, claims } = command;
  const before = find(known, name);
  const { uid, creationTimestamp, type, content } = before;
  const signature: Signature = {
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    type,
    content,
    ...judged(conditions, claims),
  };
  assertValid(name, validateSignature(signature));
  return isDeepStrictEqual(before, signature) ? [] : [verified(image, signature)];
}

function replace({ image, desired, claims }: ReplaceSignatures, known: SignaturesState): ImageSignaturesEvent[] {
  const problems: FieldProblem[] = [];
  const wanted = new Map<string, Signature>();
  desired.map(withoutManagedAnnotation).forEach((sent, index) => {
    const own = claims.get(sent.content) ?? {};
    const signature = recorded(sent, own);
    const before = known.find(({ name }) => name === sent.name);
    // What is stored already was acceptable once and may stay, as clients send it back with everything else.
    if (!isDeepStrictEqual(before, sent)) problems.push(...validateSignature(sent, `signatures[${index}].`, own));
    wanted.set(sent.name, signature);
  });
  assertValid(image, problems);
  const events = known.filter(({ name }) => !wanted.has(name)).map((signature) => removed(image, signature));
  for (const [name, signature] of wanted) {
    const before = known.find((other) => other.name === name);
    if (before === undefined) events.push(added(image, signature));
    else if (!isTwin(before, signature)) events.push(removed(image, before), added(image, signature));
    else if (!isDeepStrictEqual(before, signature)) events.push(verified(image, signature));
  }
  return events;
}

const discard = ({ image }: DiscardSignatures, known: SignaturesState): ImageSignaturesEvent[] =>
  known.map((signature) => removed(image, signature));

const added = (image: string, signature: Signature): ImageSignaturesEvent => ({
  type: 'SignatureAdded',
  data: { image, signature },
});

const verified = (image: string, signature: Signature): ImageSignaturesEvent => ({
  type: 'SignatureVerified',
  data: { image, signature },
});

const removed = (image: string, { name }: Signature): ImageSignaturesEvent => ({
  type: 'SignatureRemoved',
  data: { image, name },
});

function find(signatures: SignaturesState, name: string): Signature {
  const signature = signatures.find((known) => known.name === name);
  if (signature === undefined) throw signatureNotFound(name);
  return signature;
}

function assertValid(subject: string, problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw invalidSignature(subject, problems);
}
