import type { ResourceDefinition } from '../storage/resource.js';

/** What the documents say besides the resources. */
export interface OpenApiOptions {
  readonly title?: string;
  /** Version of the program, as the documents show it. */
  readonly version?: string;
  /**
   * Offer `application/apply-patch+yaml`, and say which lists are maps or sets. Off: clients that find no such offer
   * know that they cannot apply on the server.
   */
  readonly serverSideApply?: boolean;
}

export const infoOf = ({ title = 'Tagline', version = 'unversioned' }: OpenApiOptions) => ({ title, version });

/** Where a group and version is served: `/api/v1` for the core, `/apis/<group>/<version>` for the others. */
export const apiPath = ({ group, version }: Pick<ResourceDefinition, 'group' | 'version'>): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

/** A client without a token is answered all the same where anonymous users may do something. */
export const BEARER_TOKEN = {
  name: 'BearerToken',
  scheme: { type: 'apiKey', in: 'header', name: 'authorization', description: 'Bearer token' },
} as const;
