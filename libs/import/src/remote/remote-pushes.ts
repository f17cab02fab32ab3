import type { ServiceClient } from '#lib/remoting';
import { envelopeOf } from '#lib/stream';
import type { Notifier, Pushes, PushOutcome } from '../notifications/notified-pushes.js';
import type { NotifiedPush } from '../notifications/registry-notification.js';
import { IMPORT_CALLS } from './import-calls.js';

/** Pushes that a service carries out, once whoever tells of them is known here to be one who may push. */
export class RemotePushes implements Pushes {
  /** @param deadlineMs milliseconds that one push may take. */
  constructor(
    private readonly client: ServiceClient,
    private readonly deadlineMs: number,
  ) {}

  async handle(pushes: readonly NotifiedPush[], notifier: Notifier): Promise<readonly PushOutcome[]> {
    const outcomes: PushOutcome[] = [];
    for (const push of pushes) outcomes.push(await this.handleOne(push, notifier));
    return outcomes;
  }

  private async handleOne(push: NotifiedPush, { caller, refusePush, signal }: Notifier): Promise<PushOutcome> {
    const refused = await refusePush(push);
    if (refused !== undefined) return { kind: 'refused', push, reason: refused };
    const { deadlineMs } = this;
    return this.client.call(IMPORT_CALLS.push, { push }, envelopeOf(caller), { deadlineMs, signal });
  }
}
