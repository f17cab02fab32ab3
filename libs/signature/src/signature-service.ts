import { CommandHandler, type EventStore, type Handled, type Loaded, type Precondition } from '#lib/event-store';
import {
  streamName,
  type EventContext,
  type ImageSignaturesEvent,
  type SignatureClaims,
  type SignaturesState,
} from '#lib/events';
import type {
  AddSignature,
  DiscardSignatures,
  RecordVerification,
  RemoveSignature,
  ReplaceSignatures,
  SentSignature,
  SignaturesCommand,
} from './commands.js';
import { parseContent } from './content/parse-content.js';
import type { Signatures, SignaturesPreview, SignaturesRequest } from './signatures.js';
import { signaturesDecider } from './decide.js';

/** Signatures are written when their image is, and seldom later. */
const CACHED_IMAGES = 256;

type Answer = Promise<Handled<SignaturesState, ImageSignaturesEvent>>;

/**
 * Writes the signatures of images.
 *
 * All methods throw Refusal where the domain refuses, and StaleVersionError where a precondition does not hold. They do
 * not look whether there is such an image.
 */
export class SignatureService implements Signatures {
  private readonly handler: CommandHandler<SignaturesState, SignaturesCommand, ImageSignaturesEvent>;

  constructor(store: EventStore) {
    this.handler = new CommandHandler(store, signaturesDecider, { cachedAggregates: CACHED_IMAGES });
  }

  add(command: Omit<AddSignature, 'type' | 'claims'>, context: EventContext, precondition?: Precondition): Answer {
    return this.handle({ type: 'AddSignature', ...command }, context, precondition);
  }

  remove(command: Omit<RemoveSignature, 'type'>, context: EventContext, precondition?: Precondition): Answer {
    return this.handle({ type: 'RemoveSignature', ...command }, context, precondition);
  }

  recordVerification(
    command: Omit<RecordVerification, 'type'>,
    context: EventContext,
    precondition?: Precondition,
  ): Answer {
    return this.handle({ type: 'RecordVerification', ...command }, context, precondition);
  }

  replace(
    command: Omit<ReplaceSignatures, 'type' | 'claims'>,
    context: EventContext,
    precondition?: Precondition,
  ): Answer {
    return this.handle({ type: 'ReplaceSignatures', ...command }, context, precondition);
  }

  discard(command: Omit<DiscardSignatures, 'type'>, context: EventContext, precondition?: Precondition): Answer {
    return this.handle({ type: 'DiscardSignatures', ...command }, context, precondition);
  }

  /** Decides without appending, as a dry run does. */
  async preview(request: SignaturesRequest): Promise<SignaturesPreview> {
    const command = await withClaims(request);
    const { state } = await this.load(request.image);
    const events = signaturesDecider.decide(command, state);
    return { events, state: events.reduce(signaturesDecider.evolve, state) };
  }

  load(image: string): Promise<Loaded<SignaturesState>> {
    return this.handler.load(streamName.imageSignatures(image));
  }

  private async handle(request: SignaturesRequest, context: EventContext, precondition: Precondition = {}): Answer {
    const command = await withClaims(request);
    return this.handler.handle(streamName.imageSignatures(command.image), command, context, precondition);
  }
}

async function withClaims(request: SignaturesRequest): Promise<SignaturesCommand> {
  switch (request.type) {
    case 'AddSignature':
      return { ...request, claims: await parseContent(request.signature.content) };
    case 'ReplaceSignatures':
      return { ...request, claims: await claimsByContent(request.desired) };
    case 'RemoveSignature':
    case 'RecordVerification':
    case 'DiscardSignatures':
      return request;
  }
}

async function claimsByContent(signatures: readonly SentSignature[]): Promise<ReadonlyMap<string, SignatureClaims>> {
  const claims = new Map<string, SignatureClaims>();
  for (const { content } of signatures) {
    if (!claims.has(content)) claims.set(content, await parseContent(content));
  }
  return claims;
}
