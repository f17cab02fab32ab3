import 'reflect-metadata';
import { runProcess } from '#lib/composition';
import { startServer } from './server.js';

const HELP = `Tagline: image streams (image.openshift.io/v1) on an event log.

Usage: npm start            run the server
       npm run rebuild      drop the read models and build them anew from the log
       npm run replay -- --at <time or resourceVersion> <namespace>/<stream>
       npm run verify       check the hash chain of every stream of the log
       npm run copy-log -- --to <file>         copy the log and the secrets to another installation
       npm run dead-letters -- list | replay   events that workers laid aside

Settings come from the environment, or from the YAML file that TAGLINE_CONFIG names:
  TAGLINE_DATA_DIR   data directory             default ./data
  TAGLINE_LISTEN     host:port of the API       default 127.0.0.1:8443
docs/configuration.md has them all.
`;

await runProcess({
  name: 'Tagline',
  help: HELP,
  start: async (configuration, logger) => {
    const { identity, stop } = await startServer(configuration, logger);
    const { dataDir } = configuration;
    return { ready: { url: identity.serverUrl, dataDir, kubeconfig: identity.kubeconfigPath }, stop };
  },
});
