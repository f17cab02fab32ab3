import type { Gateway } from '../distributed/harness/installation.js';
import type { Endpoint } from './http-connection.js';

/** A gateway of an installation as a load needs it. */
export const gatewayEndpoint = ({ url, ca, token }: Gateway): Endpoint => ({
  ...{ host: url.hostname, port: Number(url.port), ca, token },
});
