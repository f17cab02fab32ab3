import { IsIn, IsOptional, Matches } from 'class-validator';
import { FilePath, Setting } from '../setting.js';

export const EVENT_STORE_ENGINES = ['embedded', 'eventstoredb'] as const;

/** Where the log is kept: the one thing that cannot be made again. */
export class EventStoreConfiguration {
  /** `embedded` needs nothing and keeps the log in the data directory; `eventstoredb` is a database that others run. */
  @Setting('text')
  @IsIn(EVENT_STORE_ENGINES, { message: `must be one of ${EVENT_STORE_ENGINES.join(', ')}` })
  readonly engine: (typeof EVENT_STORE_ENGINES)[number] = 'embedded';

  /** Where the database is and how to get in. A secret, as it may hold a password: nothing that is printed has any of it. */
  @Setting('text')
  @IsOptional()
  @Matches(/^(?:esdb|kurrentdb|kdb)(?:\+discover)?:\/\/\S+$/, {
    message: 'must look like esdb://user:password@host:2113?tls=true',
  })
  readonly connectionString?: string;

  /** A file that holds the connection string, as secrets are mounted into containers. */
  @FilePath()
  readonly connectionStringFile?: string;

  /** What the names of Tagline's streams begin with, so that several can share a database. Never change it afterwards. */
  @Setting('text')
  @IsOptional()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._]{0,63}$/, { message: 'must be letters, digits, dots and underscores' })
  readonly streamPrefix?: string;
}
