import { randomUUID } from 'node:crypto';
import { sha256Digest } from '#lib/registry';
import type { RegistryContent } from './registry-content.js';

/** Blob uploads in progress: begun by POST, fed by PATCH, ended by PUT. */
export class Uploads {
  private readonly running = new Map<string, Buffer[]>();

  constructor(private readonly content: RegistryContent) {}

  begin(): string {
    const id = randomUUID();
    this.running.set(id, []);
    return id;
  }

  /** @returns how many bytes have come so far; undefined for an unknown upload. */
  append(id: string, chunk: Buffer): number | undefined {
    const chunks = this.running.get(id);
    chunks?.push(chunk);
    return chunks?.reduce((sum, { length }) => sum + length, 0);
  }

  /** @returns whether the content fits the digest; it is kept only then. */
  finish(id: string, repository: string, digest: string): boolean {
    const content = Buffer.concat(this.running.get(id) ?? []);
    this.running.delete(id);
    if (sha256Digest(content) !== digest) return false;
    this.content.putBlob(repository, content);
    return true;
  }
}
