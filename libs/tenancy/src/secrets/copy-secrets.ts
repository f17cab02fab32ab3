import type { SecretStore } from './secret-store.js';

const PAGE = 100;

/**
 * Copies every secret to another store, which encrypts it with its own key. What the other has already stays as it is.
 *
 * @returns how many were copied.
 */
export async function copySecrets(from: SecretStore, to: SecretStore): Promise<number> {
  let copied = 0;
  let after: readonly string[] | undefined;
  for (;;) {
    const page = await from.list(undefined, PAGE, after);
    for (const secret of page) {
      const { namespace, name } = secret.metadata;
      if ((await to.get(namespace, name)) !== undefined) continue;
      await to.write(namespace, name, () => secret);
      copied++;
    }
    const last = page.at(-1)?.metadata;
    if (last === undefined) return copied;
    after = [last.namespace, last.name];
  }
}
