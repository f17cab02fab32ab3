import type { Loaded, Precondition } from '#lib/event-store';
import type { EventContext, ImageSignaturesEvent, Position, SignaturesState } from '#lib/events';
import type {
  AddSignature,
  DiscardSignatures,
  RecordVerification,
  RemoveSignature,
  ReplaceSignatures,
} from './commands.js';

/** What a command would lead to; nothing of it is stored. */
export interface SignaturesPreview {
  readonly events: readonly ImageSignaturesEvent[];
  readonly state: SignaturesState;
}

/** A command as the service takes it: what contents claim is found out here. */
export type SignaturesRequest =
  | Omit<AddSignature, 'claims'>
  | RemoveSignature
  | RecordVerification
  | Omit<ReplaceSignatures, 'claims'>
  | DiscardSignatures;

/** The signatures of an image have the version of their last change. */
export interface SignaturesWritten {
  readonly version: Position;
}

/**
 * The signatures of images, wherever they are kept: in this process, or by a service that it calls.
 *
 * All methods throw Refusal where the domain refuses, and StaleVersionError where a precondition does not hold. They do
 * not look whether there is such an image.
 */
export interface Signatures {
  add(
    command: Omit<AddSignature, 'type' | 'claims'>,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<SignaturesWritten & { readonly state: SignaturesState }>;
  remove(
    command: Omit<RemoveSignature, 'type'>,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<SignaturesWritten>;
  recordVerification(
    command: Omit<RecordVerification, 'type'>,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<SignaturesWritten>;
  replace(
    command: Omit<ReplaceSignatures, 'type' | 'claims'>,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<SignaturesWritten>;
  discard(
    command: Omit<DiscardSignatures, 'type'>,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<SignaturesWritten>;
  /** Decides without appending, as a dry run does. */
  preview(request: SignaturesRequest): Promise<SignaturesPreview>;
  load(image: string): Promise<Loaded<SignaturesState>>;
}

/** Nest token of the {@link Signatures}. */
export const SIGNATURES = Symbol('Signatures');
