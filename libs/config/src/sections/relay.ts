import type { ListenAddress } from '../listen-address.js';
import { IsListenAddress, Setting } from '../setting.js';

/** The relay as a process of its own. The one-process server relays by itself, and needs none of this. */
export class RelayConfiguration {
  /** Where its probes and metrics are served, over plain HTTP and to everybody who reaches it. Port 0 lets the system choose. */
  @Setting('address')
  @IsListenAddress()
  readonly listen: ListenAddress = { host: '127.0.0.1', port: 9464 };
}
