/**
 * What the manifests of the distributed form already name and this tree does not have yet. What is there is checked, awaited or
 * not; once all of it is, this file goes.
 */
export const AWAITED = {
  apps: [
    'gateway',
    'image-service',
    'stream-service',
    'import-service',
    'signature-service',
    'projector',
    'relay',
  ] as readonly string[],
  programs: ['apps/tagline/src/cli/certificates'] as readonly string[],
  /** Beginnings of variables. */
  settings: [
    'TAGLINE_SERVICES_',
    'TAGLINE_READ_MODEL_',
    'TAGLINE_SECRETS_',
    'TAGLINE_KAFKA_',
    'TAGLINE_RELAY_',
  ] as readonly string[],
  metrics: [
    'tagline_relay_active',
    'tagline_relay_lag_seconds',
    'tagline_relay_published_events_total',
    'tagline_reactor_events_total',
    'tagline_reactor_retries_total',
  ] as readonly string[],
};
