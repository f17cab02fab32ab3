import type { LoadFigures } from './load.js';

/** One line of the report. `original` holds what openshift-apiserver showed for the same work, as far as it was measured. */
export type Row = LoadRow | AnswerRow | QuantityRow | SkippedRow;

/** Many requests at a time: how many a second, and at what cost. */
export interface LoadRow {
  readonly kind: 'load';
  readonly operation: string;
  readonly connections: number;
  readonly figures: LoadFigures;
  readonly original?: Partial<LoadFigures>;
}

/** One long answer: when it begins and when it is complete. */
export interface AnswerRow {
  readonly kind: 'answer';
  readonly operation: string;
  readonly figures: AnswerFigures;
  readonly original?: Partial<AnswerFigures>;
}

export interface AnswerFigures {
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly megabytes: number;
  /** Processor milliseconds of the server for one answer. */
  readonly cpuMs: number;
}

export interface QuantityRow {
  readonly kind: 'quantity';
  readonly operation: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'MB' | '';
  readonly original?: number;
}

export interface SkippedRow {
  readonly kind: 'skipped';
  readonly operation: string;
  readonly reason: string;
}
