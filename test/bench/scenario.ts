import type { Row } from './row.js';

export interface ScenarioOptions {
  /** Seconds that a load is measured. */
  readonly seconds: number;
  readonly warmUp: number;
  /** Less of everything: shows that the benchmark works, not how fast the server is. */
  readonly quick: boolean;
}

/** Work on a fresh server of its own, so that scenarios neither warm up nor burden each other. */
export interface Scenario {
  /** What selects it; a scenario may answer to several. */
  readonly names: readonly string[];
  readonly run: (options: ScenarioOptions, report: (row: Row) => void) => Promise<void>;
}
