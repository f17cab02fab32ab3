import { FilePath } from '../setting.js';

/** How secrets are kept. They are where the read models are, and are not disposable. */
export class SecretsConfiguration {
  /** The same key for all processes that share a database, and never in it: whoever has both has the secrets. */
  @FilePath()
  readonly keyFile?: string;
}
