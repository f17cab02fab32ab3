import { IsInt, Max, Min } from 'class-validator';
import { Setting } from '../setting.js';

const MEBIBYTE = 1024 * 1024;

export class LimitsConfiguration {
  /**
   * Longest request body, in bytes. A manifest with its configuration must fit, and a stream with all of its tags. Each
   * request being read may hold this much memory.
   */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(64 * 1024, { message: 'must be at least 65536' })
  @Max(256 * MEBIBYTE, { message: 'must not be more than 268435456' })
  readonly maxRequestBytes: number = 8 * MEBIBYTE;

  /** How many watches are open at a time; further ones are told to come back later. Each costs memory and a connection. */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(1, { message: 'must be at least 1' })
  readonly maxWatchers: number = 10_000;
}
