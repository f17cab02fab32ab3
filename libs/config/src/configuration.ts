import { Type } from 'class-transformer';
import { IsNotEmpty, IsString, ValidateNested } from 'class-validator';
import type { ListenAddress } from './listen-address.js';
import { AccessConfiguration } from './sections/access.js';
import { EventStoreConfiguration } from './sections/event-store.js';
import { ImagesConfiguration } from './sections/images.js';
import { ImportConfiguration } from './sections/import.js';
import { KafkaConfiguration } from './sections/kafka.js';
import { LimitsConfiguration } from './sections/limits.js';
import { LogConfiguration } from './sections/log.js';
import { ReadModelConfiguration } from './sections/read-model.js';
import { RelayConfiguration } from './sections/relay.js';
import { SecretsConfiguration } from './sections/secrets.js';
import { ObservabilityConfiguration } from './sections/observability.js';
import { ServicesConfiguration } from './sections/services.js';
import { TlsConfiguration } from './sections/tls.js';
import { IsListenAddress, Section, Setting } from './setting.js';

const SECTION = { message: 'must be an object' };

/** Everything that can be set. An instance is complete and valid; `docs/configuration.md` is its manual. */
export class Configuration {
  /**
   * Where the server keeps its log of events, its read models and its identity. It must be on a local disk: a network file
   * system may lose what was answered as durable. One server at a time.
   */
  @Setting('text')
  @IsString({ message: 'must be the path of a folder' })
  @IsNotEmpty({ message: 'must be the path of a folder' })
  readonly dataDir: string = './data';

  /**
   * Address and port to listen on; port 0 lets the system choose. The default is reached from this machine alone, which is
   * the safe choice until the server has users of its own.
   */
  @Setting('address')
  @IsListenAddress()
  readonly listen: ListenAddress = { host: '127.0.0.1', port: 8443 };

  @Section(EventStoreConfiguration)
  @ValidateNested(SECTION)
  @Type(() => EventStoreConfiguration)
  readonly eventStore: EventStoreConfiguration = new EventStoreConfiguration();

  @Section(ReadModelConfiguration)
  @ValidateNested(SECTION)
  @Type(() => ReadModelConfiguration)
  readonly readModel: ReadModelConfiguration = new ReadModelConfiguration();

  @Section(SecretsConfiguration)
  @ValidateNested(SECTION)
  @Type(() => SecretsConfiguration)
  readonly secrets: SecretsConfiguration = new SecretsConfiguration();

  @Section(LogConfiguration)
  @ValidateNested(SECTION)
  @Type(() => LogConfiguration)
  readonly log: LogConfiguration = new LogConfiguration();

  @Section(ObservabilityConfiguration)
  @ValidateNested(SECTION)
  @Type(() => ObservabilityConfiguration)
  readonly observability: ObservabilityConfiguration = new ObservabilityConfiguration();

  @Section(TlsConfiguration)
  @ValidateNested(SECTION)
  @Type(() => TlsConfiguration)
  readonly tls: TlsConfiguration = new TlsConfiguration();

  @Section(AccessConfiguration)
  @ValidateNested(SECTION)
  @Type(() => AccessConfiguration)
  readonly access: AccessConfiguration = new AccessConfiguration();

  @Section(ImagesConfiguration)
  @ValidateNested(SECTION)
  @Type(() => ImagesConfiguration)
  readonly images: ImagesConfiguration = new ImagesConfiguration();

  @Section(ImportConfiguration)
  @ValidateNested(SECTION)
  @Type(() => ImportConfiguration)
  readonly import: ImportConfiguration = new ImportConfiguration();

  @Section(LimitsConfiguration)
  @ValidateNested(SECTION)
  @Type(() => LimitsConfiguration)
  readonly limits: LimitsConfiguration = new LimitsConfiguration();

  @Section(KafkaConfiguration)
  @ValidateNested(SECTION)
  @Type(() => KafkaConfiguration)
  readonly kafka: KafkaConfiguration = new KafkaConfiguration();

  @Section(RelayConfiguration)
  @ValidateNested(SECTION)
  @Type(() => RelayConfiguration)
  readonly relay: RelayConfiguration = new RelayConfiguration();
  @Section(ServicesConfiguration)
  @ValidateNested(SECTION)
  @Type(() => ServicesConfiguration)
  readonly services: ServicesConfiguration = new ServicesConfiguration();
}

/** Injection token of the {@link Configuration}. */
export const CONFIGURATION = Symbol('Configuration');
