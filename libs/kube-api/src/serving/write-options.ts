import { isJsonObject, type JsonObject } from '../schema/json.js';
import { fieldError, invalid } from '../status.js';
import type { DeleteOptions } from '../storage/resource.js';
import type { ApiRequest } from './api-request.js';
import { parseBody } from './body.js';

/**
 * Whether a write is only to be tried.
 *
 * @throws ApiError 422 for anything but `All`.
 */
export function isDryRun(values: readonly unknown[], options: string): boolean {
  const wanted = values.filter((value) => value !== '');
  for (const value of wanted) {
    if (value !== 'All')
      throw invalid('meta.k8s.io', options, '', [fieldError.notSupported('dryRun', String(value), ['All'])]);
  }
  return wanted.length > 0;
}

/** Deletion options come in the body, with or without saying what they are, or in the query. */
export function deleteOptions(request: ApiRequest): DeleteOptions {
  const body = request.body === undefined || request.body.length === 0 ? {} : parseBody(request).json;
  const sent: JsonObject = isJsonObject(body) ? body : {};
  const dryRun = [...listOf(sent['dryRun']), ...request.query.getAll('dryRun')];
  const preconditions = isJsonObject(sent['preconditions']) ? sent['preconditions'] : {};
  const { uid, resourceVersion } = preconditions;
  return {
    dryRun: isDryRun(dryRun, 'DeleteOptions'),
    preconditions: {
      ...(typeof uid === 'string' && uid !== '' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' && resourceVersion !== '' ? { resourceVersion } : {}),
    },
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
