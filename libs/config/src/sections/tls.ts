import { IsArray, Matches } from 'class-validator';
import { FilePath, Setting } from '../setting.js';

const NAMES = 'must be a list of host names and addresses';

/** The server never goes without TLS: clients do not send tokens over plain HTTP. */
export class TlsConfiguration {
  /**
   * A certificate of your own with its chain, in PEM, in place of the one that is generated. Unless the chain ends in its
   * root, clients must have their own reason to trust it: the generated kubeconfig gives them none.
   */
  @FilePath()
  readonly certFile?: string;

  /** Its private key, in PEM. Goes together with `certFile`. */
  @FilePath()
  readonly keyFile?: string;

  /**
   * Further host names and addresses that the generated certificate holds: those by which other machines reach the server.
   * After a change, the next start issues a new certificate.
   */
  @Setting('texts')
  @IsArray({ message: NAMES })
  @Matches(/^[\w.:*-]+$/, { each: true, message: NAMES })
  readonly names: readonly string[] = [];
}
