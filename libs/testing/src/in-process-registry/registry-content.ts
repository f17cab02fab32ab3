import { sha256Digest } from '#lib/registry';

export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

interface Repository {
  readonly manifests: Map<string, StoredManifest>;
  /** Tag to digest. */
  readonly tags: Map<string, string>;
  readonly blobs: Map<string, Buffer>;
}

/** What the in-process registry holds, in memory, repository by repository. */
export class RegistryContent {
  private readonly repositories = new Map<string, Repository>();

  manifest(repository: string, tagOrDigest: string): (StoredManifest & { readonly digest: string }) | undefined {
    const found = this.repositories.get(repository);
    const digest = found?.tags.get(tagOrDigest) ?? tagOrDigest;
    const manifest = found?.manifests.get(digest);
    return manifest && { ...manifest, digest };
  }

  putManifest(repository: string, manifest: StoredManifest, digest: string, tag?: string): void {
    const into = this.repository(repository);
    into.manifests.set(digest, manifest);
    if (tag !== undefined) into.tags.set(tag, digest);
  }

  deleteTag(repository: string, tag: string): void {
    this.repositories.get(repository)?.tags.delete(tag);
  }

  blob(repository: string, digest: string): Buffer | undefined {
    return this.repositories.get(repository)?.blobs.get(digest);
  }

  /** @returns the digest of the blob. */
  putBlob(repository: string, content: Buffer): string {
    const digest = sha256Digest(content);
    this.repository(repository).blobs.set(digest, content);
    return digest;
  }

  /** The tags of a repository in order of their characters; undefined for an unknown repository. */
  tags(repository: string): readonly string[] | undefined {
    const found = this.repositories.get(repository);
    return found && [...found.tags.keys()].sort();
  }

  private repository(name: string): Repository {
    const found = this.repositories.get(name);
    if (found !== undefined) return found;
    const created: Repository = { manifests: new Map(), tags: new Map(), blobs: new Map() };
    this.repositories.set(name, created);
    return created;
  }
}
