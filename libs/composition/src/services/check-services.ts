import { ConfigurationError, type Configuration, type ConfigurationProblem } from '#lib/config';
import { ADDRESS_KEYS, type ServiceName } from './service-names.js';

/**
 * Makes sure that a process of a distributed installation can be one.
 *
 * @param calls whom it calls.
 * @throws ConfigurationError naming everything that is missing.
 */
export function checkServices({ eventStore, services }: Configuration, calls: readonly ServiceName[]): void {
  const problems: ConfigurationProblem[] = [];
  if (eventStore.engine === 'embedded') {
    problems.push({
      where: 'eventStore.engine',
      message: 'must be eventstoredb: an embedded log is that of one process',
      remedy: 'set eventStore.engine in the configuration file, or TAGLINE_EVENT_STORE_ENGINE',
    });
  }
  for (const key of ['caFile', 'certFile', 'keyFile'] as const) {
    if (services[key] !== undefined) continue;
    const message = 'must be set: services know each other by their certificates';
    problems.push({ where: `services.${key}`, message, remedy: 'npm run certificates makes some' });
  }
  for (const service of calls) {
    const key = ADDRESS_KEYS[service];
    if (services[key].length > 0) continue;
    problems.push({ where: `services.${key}`, message: `must say where to find the ${service}` });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}
