import type { Position, StreamName } from '#lib/events';

/** The caller's version of the aggregate is no longer the current one. */
export class StaleVersionError extends Error {
  constructor(
    readonly expected: Position,
    readonly actual: Position,
  ) {
    super(`expected version ${expected}, the current one is ${actual}`);
    this.name = 'StaleVersionError';
  }
}

/** Other writers kept winning; nothing was appended. */
export class TooMuchContentionError extends Error {
  constructor(stream: StreamName) {
    super(`${stream} changed too often while a command waited for it`);
    this.name = 'TooMuchContentionError';
  }
}
