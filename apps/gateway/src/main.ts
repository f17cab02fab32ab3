import 'reflect-metadata';
import { checkServices, runProcess, startGateway } from '#lib/composition';
import { GatewayAppModule, OWNERS } from './gateway-app.module.js';

const HELP = `Tagline gateway: the image API (image.openshift.io/v1) in front of the services that own what it shows.

Usage: node dist/apps/gateway/src/main.js

It calls the ${OWNERS.join(', the ')}, over TCP with mutual TLS.

Settings come from the environment, or from the YAML file that TAGLINE_CONFIG names:
  TAGLINE_DATA_DIR                        data directory                    default ./data
  TAGLINE_LISTEN                          host:port of the API              default 127.0.0.1:8443
  TAGLINE_EVENT_STORE_ENGINE              eventstoredb
  TAGLINE_EVENT_STORE_CONNECTION_STRING   where the event store is
  TAGLINE_SERVICES_IMAGE, _STREAM, _IMPORT, _SIGNATURE   where the services are: host:port, several with commas
  TAGLINE_SERVICES_LISTEN                 host:port for the import service  default 127.0.0.1:7443
  TAGLINE_SERVICES_CA_FILE, _CERT_FILE, _KEY_FILE        who it is: npm run certificates
docs/configuration.md has them all, docs/distributed.md says how the processes fit together.
`;

await runProcess({
  name: 'gateway',
  help: HELP,
  start: async (configuration, logger) => {
    checkServices(configuration, OWNERS);
    const { identity, stop } = await startGateway(configuration, logger, {
      moduleOf: (given) => GatewayAppModule.forRoot(given),
      isCalled: true,
    });
    const { dataDir } = configuration;
    return { ready: { url: identity.serverUrl, dataDir, kubeconfig: identity.kubeconfigPath }, stop };
  },
});
