import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { Setting } from '../setting.js';

const FILE = { message: 'must be the path of a file' };

/** How secrets are kept. They are where the read models are, and are not disposable. */
export class SecretsConfiguration {
  /** The same key for all processes that share a database, and never in it: whoever has both has the secrets. */
  @Setting('text')
  @IsOptional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  readonly keyFile?: string;
}
