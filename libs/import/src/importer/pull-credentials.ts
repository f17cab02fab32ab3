import { anonymous, InvalidDockerConfigError, Keyring, parseDockerConfig } from '#lib/registry';
import type { CredentialSource, DockerConfigEntry, DockerConfigFormat } from '#lib/registry';

/** A Docker configuration that the imports of a namespace may use. */
export interface PullSecretText {
  readonly format: DockerConfigFormat;
  /** Not to be logged. */
  readonly config: string;
}

/** The pull secrets of a namespace, in the order in which they count. Asked once for each import. */
export type PullSecretsOf = (namespace: string) => Promise<readonly PullSecretText[]> | readonly PullSecretText[];

/** Injection token of {@link PullSecretsOf}. */
export const PULL_SECRETS = Symbol('PullSecrets');

/** The credentials of all secrets together. A secret that cannot be read is as good as none: it must not block others. */
export function keyringOf(secrets: readonly PullSecretText[]): CredentialSource {
  const entries = secrets.flatMap(entriesOf);
  return entries.length === 0 ? anonymous : new Keyring(entries);
}

function entriesOf({ format, config }: PullSecretText): readonly DockerConfigEntry[] {
  try {
    return parseDockerConfig(config, format);
  } catch (error) {
    if (error instanceof InvalidDockerConfigError) return [];
    throw error;
  }
}
