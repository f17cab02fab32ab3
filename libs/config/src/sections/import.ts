import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { IsDuration, Setting } from '../setting.js';

export class ImportConfiguration {
  /**
   * How many manifests one import fetches at a time. More is faster for large repositories, until the registry begins to
   * refuse.
   */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(1, { message: 'must be at least 1' })
  @Max(256, { message: 'must not be more than 256' })
  readonly concurrency: number = 8;

  /**
   * How long one import may take; milliseconds here. What was not fetched by then has failed, and can be tried again.
   * Clients and proxies in front may give up earlier.
   */
  @Setting('duration')
  @IsDuration(1000)
  readonly timeout: number = 120_000;

  /**
   * Whether this process imports what streams ask for by themselves: tags to fetch, and tags on a schedule. Import services
   * with `kafka.brokers` share that among all that have it on; of those without, one is to do it.
   */
  @Setting('flag')
  @IsBoolean({ message: 'must be true or false' })
  readonly background: boolean = true;
}
