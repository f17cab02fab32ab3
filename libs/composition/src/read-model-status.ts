import { ApiError, type ApiRequest } from '#lib/kube-api';
import { PostgresError } from '#lib/postgres';
import { ReadModelBehindError } from '#lib/read-model';

const COME_BACK = { retryAfterSeconds: 1 };

/**
 * What a client is told when the read models fail; `undefined` for what somebody must look into.
 *
 * A request that only reads has done nothing. One that writes may have been about to, or have just done so and be
 * waiting for the read models to show it: whoever sent it must look before trying again.
 */
export function readModelStatus(error: unknown, { method }: Pick<ApiRequest, 'method'>): ApiError | undefined {
  const isAway = error instanceof PostgresError && error.code !== 'refused';
  if (!isAway && !(error instanceof ReadModelBehindError)) return undefined;
  if (method === 'GET' || method === 'HEAD') {
    const message = isAway ? 'the read models cannot be reached, try again' : 'the read models are behind, try again';
    return new ApiError('ServiceUnavailable', message, COME_BACK);
  }
  return new ApiError('Timeout', 'whether the change was made cannot be shown yet: look before trying again');
}
