/** A user name and its password for a registry. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What credentials are wanted for. */
export interface CredentialTarget {
  /** Host with optional port, as it is contacted. */
  readonly host: string;
  /** Repository path without host, tag and digest. */
  readonly repository: string;
}

/** Where the client finds credentials. */
export interface CredentialSource {
  credentialsFor(target: CredentialTarget): Credentials | undefined;
}

export const anonymous: CredentialSource = { credentialsFor: () => undefined };

/** The first credentials that one of several sources has. */
export const firstOf = (...sources: readonly CredentialSource[]): CredentialSource => ({
  credentialsFor: (target) => {
    for (const source of sources) {
      const found = source.credentialsFor(target);
      if (found !== undefined) return found;
    }
    return undefined;
  },
});
