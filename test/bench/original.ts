import type { AnswerFigures } from './row.js';
import type { LoadFigures } from './load.js';

/**
 * openshift-apiserver for Kubernetes 1.34 with etcd 3.4 on two cores: medians of three runs, client on the same machine.
 * For lists the better figure of etcd 3.4 and 3.6. Ratios to these mean something on a comparable machine only.
 */
export const ORIGINAL = {
  create: { 1: load(231, 4.0, 10, 4.9), 16: load(820, 18, 53, 1.9), 64: load(1_141, 52, 128, 1.5) },
  push: { 1: load(83, 11, 25, 16), 16: load(192, 78, 184, 9.3), 64: load(213, 283, 668, 8.2) },
  istag: { 64: load(644, 86, 322, 2.0) },
  is: { 64: load(1_795, 33, 88, 0.85) },
  isimage: { 64: load(846, 70, 184, 2.0) },
  image: { 64: load(977, 59, 168, 1.4) },
  import: { 1: load(42, 23, 42, 17), 8: load(69, 112, 220, 14) },
  list: {
    2_000: {
      full: answer(121, 247),
      cached: answer(20, 119),
      pages: answer(29, 224),
      none: { totalMs: 102 },
      table: answer(137, 140),
    },
    10_000: {
      full: answer(85, 458),
      cached: answer(85, 458),
      pages: answer(47, 1_440),
      none: { totalMs: 9 },
      table: answer(225, 238),
    },
  },
  watch: { p50Ms: 10.8, p99Ms: 18.9, missed: 0 },
  importOf50TagsMs: 23_670,
  /** Server and etcd together. */
  memoryMb: { now: 1_462 + 590, peak: 1_721 + 788 },
  diskMb: 438,
  startSeconds: { empty: 2.2, withData: 6.7 },
} as const;

type ByConnections = Readonly<Partial<Record<number, LoadFigures>>>;

/** The original's figures for a load, if they were measured. */
export const originalLoad = (figures: ByConnections, connections: number): { original?: LoadFigures } => {
  const original = figures[connections];
  return original === undefined ? {} : { original };
};

function load(operationsPerSecond: number, p50Ms: number, p99Ms: number, cpuPerThousand: number): LoadFigures {
  return { operationsPerSecond, p50Ms, p99Ms, cpuPerThousand };
}

function answer(firstByteMs: number, totalMs: number): Partial<AnswerFigures> {
  return { firstByteMs, totalMs };
}
