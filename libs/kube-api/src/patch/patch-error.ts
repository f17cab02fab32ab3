import { ApiError, badRequest } from '../status.js';

/** The patch cannot be read at all. */
export const malformedPatch = (why: string): ApiError => badRequest(`error decoding patch: ${why}`);

/**
 * The patch can be read and does not fit the object: a path that is not there, or a test that fails. Kubernetes gives
 * every such case the same text.
 */
export const patchDoesNotApply = (): ApiError =>
  new ApiError('Invalid', 'the server rejected our request due to an error in our request');
