import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { FilePath, IsDuration, Section, Setting } from '../setting.js';

const INTEGER = { message: 'must be an integer' };
const BROKERS = 'must be a list of host:port';

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Connections to the brokers. */
export class KafkaTlsConfiguration {
  @Setting('flag')
  @IsBoolean({ message: 'must be true or false' })
  readonly enabled: boolean = false;

  /** Authorities, in PEM, that the brokers are trusted by, in place of those of the system. */
  @FilePath()
  readonly caFile?: string;

  /** A certificate to show to the brokers, in PEM. Goes together with `keyFile`. */
  @FilePath()
  readonly certFile?: string;

  @FilePath()
  readonly keyFile?: string;
}

/** Who the brokers are told that this is. */
export class KafkaSaslConfiguration {
  /** Left out: the brokers are told nothing. `plain` sends the password as it is: only over TLS. */
  @Setting('text')
  @IsOptional()
  @IsIn(SASL_MECHANISMS, { message: `must be one of ${SASL_MECHANISMS.join(', ')}` })
  readonly mechanism?: (typeof SASL_MECHANISMS)[number];

  @Setting('text')
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @IsNotEmpty({ message: 'must not be empty' })
  readonly username?: string;

  /** File that holds the password and nothing else; a line end after it does not count. */
  @FilePath()
  readonly passwordFile?: string;
}

/** Where events are published for others, and where workers that share events get them. Without brokers, nowhere. */
export class KafkaConfiguration {
  /** Some of the brokers, by which the others are found. */
  @Setting('texts')
  @IsArray({ message: BROKERS })
  @Matches(/^[^\s:/,]+:\d{1,5}$/, { each: true, message: BROKERS })
  readonly brokers: readonly string[] = [];

  /**
   * What the names of topics, consumer groups and transactions begin with. Two logs must never share one: each would take
   * the other's checkpoint for its own, which is noticed and refused.
   */
  @Setting('text')
  @Matches(/^[A-Za-z0-9._-]{1,100}$/, { message: 'must be of letters, digits, dots, hyphens and underscores' })
  readonly topicPrefix: string = 'tagline';

  /** `source` of the CloudEvents. With the id of an event, it is unique among all that consumers get from anywhere. */
  @Setting('text')
  @Matches(/^[!-~]+$/, { message: 'must be a URI, or the path of one' })
  readonly source: string = '/tagline';

  /** Partitions of new topics. More let more consumers share the work; the number cannot change without moving keys. */
  @Setting('integer')
  @IsInt(INTEGER)
  @Min(1, { message: 'must be at least 1' })
  @Max(1_000, { message: 'must not be more than 1000' })
  readonly partitions: number = 12;

  /** Brokers that keep each partition of a new topic; 0 leaves it to what the brokers do by default. */
  @Setting('integer')
  @IsInt(INTEGER)
  @Min(0, { message: 'must be at least 0' })
  @Max(16, { message: 'must not be more than 16' })
  readonly replicationFactor: number = 0;

  /** How long new topics keep events; milliseconds here. 0 is for ever: they are history, and a consumer may come late. */
  @Setting('duration')
  @IsDuration(0)
  readonly retention: number = 0;

  /** Longest message of new topics, in bytes. A longer event is published as a reference to it. */
  @Setting('integer')
  @IsInt(INTEGER)
  @Min(64 * 1024, { message: 'must be at least 65536' })
  @Max(64 * 1024 * 1024, { message: 'must not be more than 67108864' })
  readonly maxMessageBytes: number = 4 * 1024 * 1024;

  /**
   * After this long without a sign of life the others of its group do what a worker had to do; milliseconds here. What it
   * was at is then done again. The brokers allow no less than `group.min.session.timeout.ms`.
   */
  @Setting('duration')
  @IsDuration(1_000)
  readonly sessionTimeout: number = 15_000;

  @Section(KafkaTlsConfiguration)
  @ValidateNested({ message: 'must be an object' })
  @Type(() => KafkaTlsConfiguration)
  readonly tls: KafkaTlsConfiguration = new KafkaTlsConfiguration();

  @Section(KafkaSaslConfiguration)
  @ValidateNested({ message: 'must be an object' })
  @Type(() => KafkaSaslConfiguration)
  readonly sasl: KafkaSaslConfiguration = new KafkaSaslConfiguration();
}
