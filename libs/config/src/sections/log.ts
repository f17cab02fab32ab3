import { IsIn } from 'class-validator';
import { Setting } from '../setting.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

export class LogConfiguration {
  /** How much is logged. `debug` and `trace` write several lines a request: too much for a busy server. */
  @Setting('text')
  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  readonly level: (typeof LOG_LEVELS)[number] = 'info';

  /** `json` is for programs that collect logs, `pretty` for people at a terminal. The form of `pretty` may change. */
  @Setting('text')
  @IsIn(LOG_FORMATS, { message: `must be one of ${LOG_FORMATS.join(', ')}` })
  readonly format: (typeof LOG_FORMATS)[number] = 'json';
}
