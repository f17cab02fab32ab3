import type { EventStore } from '#lib/event-store';
import { Refusal } from '#lib/event-store';
import type { EventContext } from '#lib/events';
import type { ReadModel } from '#lib/read-model';
import type { NamespaceContents } from '../namespaces/namespace-contents.js';
import type { ServiceAccountService } from './service-account-service.js';

const PAGE = 500;

/** The service accounts that go with their namespace, and every token of theirs with them. */
export class ServiceAccountContents implements NamespaceContents {
  constructor(
    private readonly store: EventStore,
    private readonly readModel: Pick<ReadModel, 'waitFor' | 'serviceAccounts'>,
    private readonly service: ServiceAccountService,
  ) {}

  async deleteAll(namespace: string, context: EventContext): Promise<number> {
    let deleted = 0;
    for (;;) {
      await this.readModel.waitFor(await this.store.lastPosition());
      const page = await this.readModel.serviceAccounts(namespace, { limit: PAGE });
      if (page.length === 0) return deleted;
      for (const { account } of page) {
        const { name, uid } = account;
        await this.service.handle({ namespace, name }, { type: 'DeleteServiceAccount', name, uid }, context).catch(
          // Somebody else was first.
          (error: unknown) => {
            if (!(error instanceof Refusal)) throw error;
          },
        );
        deleted++;
      }
    }
  }
}
