import type { SignaturesState } from '#lib/events';
import { call, type Timed } from '#lib/remoting';
import type {
  AddSignature,
  DiscardSignatures,
  RecordVerification,
  RemoveSignature,
  ReplaceSignatures,
} from '../commands.js';
import type { SignaturesWritten } from '../signatures.js';

/** What the signature service can be asked to do. To make signatures what they are already changes nothing. */
export const SIGNATURE_CALLS = {
  add: call<
    Conditional<Timed<Omit<AddSignature, 'type' | 'claims'>>>,
    SignaturesWritten & { readonly state: SignaturesState }
  >('signature.add'),
  remove: call<Conditional<Omit<RemoveSignature, 'type'>>, SignaturesWritten>('signature.remove'),
  recordVerification: call<Conditional<Omit<RecordVerification, 'type'>>, SignaturesWritten>('signature.verification'),
  replace: call<Conditional<Omit<ReplaceSignatures, 'type' | 'claims'>>, SignaturesWritten>('signature.replace'),
  discard: call<Conditional<Omit<DiscardSignatures, 'type'>>, SignaturesWritten>('signature.discard'),
} as const;

interface Conditional<Command> {
  readonly command: Command;
  /** Version that the signatures must have. */
  readonly version?: number;
}
