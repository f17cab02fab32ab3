import { IsBoolean, IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { FilePath, Setting } from '../setting.js';

export const READ_MODEL_ENGINES = ['embedded', 'postgres'] as const;

const POOL = { least: 1, most: 200 };

/** Where the read models are kept. They can always be built anew from the log. */
export class ReadModelConfiguration {
  /** `embedded` needs nothing and belongs to one process; `postgres` lets many processes read what one projector writes. */
  @Setting('text')
  @IsIn(READ_MODEL_ENGINES, { message: `must be one of ${READ_MODEL_ENGINES.join(', ')}` })
  readonly engine: (typeof READ_MODEL_ENGINES)[number] = 'embedded';

  /** Where the database is and how to get in. A secret, as it may hold a password: nothing that is printed has any of it. */
  @Setting('text')
  @IsOptional()
  @Matches(/^postgres(?:ql)?:\/\/\S+$/, { message: 'must look like postgresql://user:password@host:5432/database' })
  readonly connectionString?: string;

  /** A file that holds the connection string, as secrets are mounted into containers. */
  @FilePath()
  readonly connectionStringFile?: string;

  /** Where Tagline's tables are in the database; made at the first start. Two servers with logs of their own need two. */
  @Setting('text')
  @Matches(/^[a-z][a-z0-9_]{0,39}$/, { message: 'must be lower-case letters, digits and underscores, at most 40' })
  readonly schema: string = 'tagline';

  /**
   * Whether this process may be the one that writes read models in PostgreSQL, while no other does. Where projectors are
   * processes of their own, the others have their time for requests.
   */
  @Setting('flag')
  @IsBoolean({ message: 'must be true or false' })
  readonly projects: boolean = true;

  /** A process holds up to three connections besides. A pool larger than the database has processors makes nothing faster. */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(POOL.least, { message: `must be at least ${POOL.least}` })
  @Max(POOL.most, { message: `must be at most ${POOL.most}` })
  readonly poolSize: number = 10;
}
