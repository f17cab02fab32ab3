import type { EventContext } from '#lib/events';
import type { IsMeant, NamespaceContents } from '../namespaces/namespace-contents.js';
import type { SecretStore } from './secret-store.js';

const PAGE = 500;

/** The secrets that go with their namespace. */
export class SecretContents implements NamespaceContents {
  constructor(private readonly secrets: Pick<SecretStore, 'list' | 'write'>) {}

  async deleteAll(namespace: string, _context: EventContext, isMeant: IsMeant): Promise<number> {
    const found = await this.secrets.list(namespace, PAGE);
    if (found.length === 0 || !(await isMeant())) return 0;
    for (const { metadata } of found) {
      await this.secrets.write(namespace, metadata.name, (current) =>
        current?.metadata.uid === metadata.uid ? undefined : current && 'unchanged',
      );
    }
    return found.length;
  }
}
