import type { Loaded, Precondition } from '#lib/event-store';
import type { EventContext, SignaturesState } from '#lib/events';
import { timed, type ServiceClient } from '#lib/remoting';
import type {
  AddSignature,
  DiscardSignatures,
  RecordVerification,
  RemoveSignature,
  ReplaceSignatures,
} from '../commands.js';
import type { Signatures, SignaturesPreview, SignaturesRequest, SignaturesWritten } from '../signatures.js';
import { SIGNATURE_CALLS } from './signature-calls.js';

/** Signatures that a service writes. What only reads the log reads it here. */
export class RemoteSignatureService implements Signatures {
  constructor(
    private readonly client: ServiceClient,
    private readonly log: Pick<Signatures, 'load' | 'preview'>,
  ) {}

  add(
    command: Omit<AddSignature, 'type' | 'claims'>,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<SignaturesWritten & { readonly state: SignaturesState }> {
    return this.client.call(SIGNATURE_CALLS.add, { command: timed(command), ...precondition }, { context });
  }

  remove(
    command: Omit<RemoveSignature, 'type'>,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<SignaturesWritten> {
    return this.client.call(SIGNATURE_CALLS.remove, { command, ...precondition }, { context });
  }

  recordVerification(
    command: Omit<RecordVerification, 'type'>,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<SignaturesWritten> {
    const idempotent = precondition.version === undefined;
    const request = { command, ...precondition };
    return this.client.call(SIGNATURE_CALLS.recordVerification, request, { context }, { idempotent });
  }

  replace(
    command: Omit<ReplaceSignatures, 'type' | 'claims'>,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<SignaturesWritten> {
    const idempotent = precondition.version === undefined;
    return this.client.call(SIGNATURE_CALLS.replace, { command, ...precondition }, { context }, { idempotent });
  }

  discard(
    command: Omit<DiscardSignatures, 'type'>,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<SignaturesWritten> {
    const idempotent = precondition.version === undefined;
    return this.client.call(SIGNATURE_CALLS.discard, { command, ...precondition }, { context }, { idempotent });
  }

  preview(request: SignaturesRequest): Promise<SignaturesPreview> {
    return this.log.preview(request);
  }

  load(image: string): Promise<Loaded<SignaturesState>> {
    return this.log.load(image);
  }
}
