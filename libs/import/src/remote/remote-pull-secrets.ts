import type { Envelope, ServiceClient } from '#lib/remoting';
import type { PullSecretsOf } from '../importer/pull-credentials.js';
import { PULL_SECRET_CALLS } from './import-calls.js';

/** Nobody writes anything. */
const ENVELOPE: Envelope = { context: { actor: { user: 'system:tagline:import-service', groups: [] } } };

/**
 * Asks all who keep pull secrets, each for its own. An import without credentials that it should have would say that an
 * image is not there, so none begins while one of them cannot be asked.
 */
export const remotePullSecrets =
  (keepers: readonly ServiceClient[]): PullSecretsOf =>
  async (namespace) => {
    const asked = keepers.map((keeper) => keeper.call(PULL_SECRET_CALLS.of, { namespace }, ENVELOPE));
    return (await Promise.all(asked)).flat();
  };
