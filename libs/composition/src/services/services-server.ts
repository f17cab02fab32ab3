import { IMPORT_ERRORS } from '#lib/import';
import { ServiceServer } from '#lib/remoting';
import { CALLERS, type ServiceName } from './service-names.js';
import { problemsTo, type Surroundings } from '../surroundings.js';
import { serviceIdentity } from './service-identity.js';

/** Seconds; most commands take a few thousandths. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** Where this process is called by other services. */
export function servicesServer(
  service: ServiceName,
  { configuration, logger, metrics, tracer }: Surroundings,
): ServiceServer {
  const { listen, allowedNames, maxInFlight, maxInFlightPerConnection, maxMessageBytes } = configuration.services;
  const calls = metrics.histogram(
    'tagline_service_call_duration_seconds',
    'Time to answer a call of another service, by what was asked for and how it ended.',
    ['call', 'code'],
    BUCKETS,
  );
  const refused = metrics.counter('tagline_service_connections_refused_total', 'Connections that were refused.');
  const server = new ServiceServer({
    ...{ service, host: listen.host, port: listen.port },
    identity: serviceIdentity(service, configuration, problemsTo(logger)),
    allowedNames: allowedNames.length > 0 ? allowedNames : CALLERS[service],
    ...{ maxInFlight, maxInFlightPerConnection, maxBytes: maxMessageBytes, errors: IMPORT_ERRORS },
    tracer,
    onCall: ({ pattern, code, seconds }) => calls.observe({ call: pattern, code }, seconds),
    onError: (error, { pattern, requestId }) =>
      logger.error({ err: error, call: pattern, requestId }, 'a call failed in a way that nobody foresaw'),
    onRefused: (why) => {
      refused.inc();
      logger.warn({ why }, 'a connection was refused');
    },
  });
  metrics.gauge('tagline_service_calls_in_flight', 'Calls that are worked on.', [], () => server.inFlight);
  return server;
}
