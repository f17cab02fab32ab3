import { IsInt, IsString, Max, Min } from 'class-validator';
import { AreListenAddresses, FilePath, IsDuration, IsListenAddress, Setting } from '../setting.js';
import type { ListenAddress } from '../listen-address.js';

const NAMES = { each: true, message: 'must be a list of names' };

/** How the processes of a distributed installation find, believe and spare each other. */
export class ServicesConfiguration {
  /** Where this process answers the calls of others. */
  @Setting('address')
  @IsListenAddress()
  readonly listen: ListenAddress = { host: '127.0.0.1', port: 7443 };

  /** Where a service tells how it is: probes and metrics, over HTTP. The gateway does that on its own port. */
  @Setting('address')
  @IsListenAddress()
  readonly probes: ListenAddress = { host: '127.0.0.1', port: 7080 };

  /** The authority of the services' certificates, in PEM. It signs those of services and nothing else. */
  @FilePath()
  readonly caFile?: string;

  /** Certificate of this process, in PEM. Its common name is the name of the service. */
  @FilePath()
  readonly certFile?: string;

  @FilePath()
  readonly keyFile?: string;

  /** Common names of those who may call this process, in place of those who are meant to. */
  @Setting('texts')
  @IsString(NAMES)
  readonly allowedNames: readonly string[] = [];

  /** Addresses, each `host:port`. A name with several addresses is as many instances. */
  @Setting('texts')
  @AreListenAddresses()
  readonly image: readonly ListenAddress[] = [];

  @Setting('texts')
  @AreListenAddresses()
  readonly stream: readonly ListenAddress[] = [];

  @Setting('texts')
  @AreListenAddresses()
  readonly import: readonly ListenAddress[] = [];

  @Setting('texts')
  @AreListenAddresses()
  readonly signature: readonly ListenAddress[] = [];

  /** Those who keep pull secrets: every gateway, as each keeps its own. */
  @Setting('texts')
  @AreListenAddresses()
  readonly pullSecrets: readonly ListenAddress[] = [];

  /** How long a call may take, other than an import; milliseconds here. */
  @Setting('duration')
  @IsDuration(100)
  readonly deadline: number = 10_000;

  /** How many calls this process works on at once; further ones are refused at once, and tried elsewhere. */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(1, { message: 'must be at least 1' })
  @Max(100_000, { message: 'must not be more than 100000' })
  readonly maxInFlight: number = 2_048;

  /** How many of them may come over one connection. */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(1, { message: 'must be at least 1' })
  @Max(100_000, { message: 'must not be more than 100000' })
  readonly maxInFlightPerConnection: number = 1_024;

  /** Longest call or answer. What an import of a large repository found is one answer. */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(65_536, { message: 'must be at least 65536' })
  @Max(268_435_456, { message: 'must not be more than 268435456' })
  readonly maxMessageBytes: number = 67_108_864;
}
