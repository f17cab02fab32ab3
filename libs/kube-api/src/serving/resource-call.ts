import type { ServerResponse } from 'node:http';
import type { RequestContext } from '../storage/request-context.js';
import type { ApiRequest } from './api-request.js';
import type { ResourceRequest } from './request-info.js';
import type { Target } from './resource-registry.js';

/** One request for a resource, with everything that is known of it. */
export interface ResourceCall {
  readonly request: ApiRequest;
  readonly info: ResourceRequest;
  readonly target: Target;
  readonly context: RequestContext;
  /** For answers that are written as they come. */
  readonly response: ServerResponse;
  /** Version of the newest event. */
  readonly latestVersion: () => Promise<number>;
  /** @throws ApiError 403 where the caller may not create what a write would bring into being. */
  readonly mayCreate: () => Promise<void>;
}
