/** One key that cannot be used, or a source of the configuration that cannot be read. */
export interface ConfigurationProblem {
  /** The key in the file, the name of a variable, or the file itself. */
  readonly where: string;
  readonly message: string;
  /** How to put it right, where that is not plain. */
  readonly remedy?: string;
}

/** The server cannot start with what it was told. The message names every key; it never holds the value of one. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(({ where, message, remedy }) => `${where} ${message}${remedy ? ` (${remedy})` : ''}`);
    super(
      lines.length === 1
        ? `The configuration is not valid: ${lines[0]}`
        : ['The configuration is not valid:', ...lines].join('\n  '),
    );
    this.name = 'ConfigurationError';
  }
}
