import type { DockerReference } from '#lib/registry';

/** How a reference would be fetched; decides the port that an allow-list entry must have. */
export type Transport = 'secure' | 'insecure' | 'any';

/** What the operator decides for all streams. */
export interface StreamPolicy {
  /** Host of the registry that stands in front of Tagline; empty when there is none. */
  readonly internalRegistryHostname: string;
  /** @returns why a reference may not be imported, or `undefined` when it may. */
  readonly refuseImport: (reference: DockerReference, transport: Transport) => string | undefined;
}

/** No registry in front, everything may be imported. */
export const OPEN_POLICY: StreamPolicy = { internalRegistryHostname: '', refuseImport: () => undefined };

/** Nest token of the {@link StreamPolicy}. */
export const STREAM_POLICY = Symbol('StreamPolicy');
