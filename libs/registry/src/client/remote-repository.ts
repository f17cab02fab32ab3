import { clientDefaults, registryUrl, repositoryName, type DockerReference } from '../references/reference.js';

/** A repository on a host, as it is contacted. */
export interface RemoteRepository {
  /** Host with optional port; Docker Hub is `registry-1.docker.io`. */
  readonly host: string;
  /** Path without host, tag and digest. */
  readonly name: string;
  /** Untrusted certificates are fine, and so is plain HTTP when the host offers nothing else. */
  readonly insecure: boolean;
}

/** Where a reference's repository is. */
export function remoteRepository(reference: DockerReference, insecure = false): RemoteRepository {
  const ref = clientDefaults(reference);
  return { host: registryUrl(ref).slice('https://'.length), name: repositoryName(ref), insecure };
}
