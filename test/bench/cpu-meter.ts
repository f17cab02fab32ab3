import { cpuSeconds, cpuSecondsOfFamily } from './process-usage.js';

/** A process by the name that the report calls it. */
export interface MeteredProcess {
  readonly name: string;
  /** `undefined` for one of another machine, which is left out. */
  readonly pid: number | undefined;
  /** Whether its children do its work. */
  readonly isFamily?: boolean;
}

export type CpuSeconds = ReadonlyMap<string, number>;

/** Tells how much processor time each of several processes has used since it began to look. */
export class CpuMeter {
  private constructor(
    private readonly processes: readonly MeteredProcess[],
    private readonly atStart: CpuSeconds,
  ) {}

  static async start(processes: readonly MeteredProcess[]): Promise<CpuMeter> {
    return new CpuMeter(processes, await usedBy(processes));
  }

  /** Processor seconds by name; those of one name together. */
  async read(): Promise<CpuSeconds> {
    const now = await usedBy(this.processes);
    return new Map([...now].map(([name, seconds]) => [name, seconds - (this.atStart.get(name) ?? 0)]));
  }
}

async function usedBy(processes: readonly MeteredProcess[]): Promise<CpuSeconds> {
  const used = new Map<string, number>();
  for (const { name, pid, isFamily = false } of processes) {
    if (pid === undefined) continue;
    const seconds = await (isFamily ? cpuSecondsOfFamily(pid) : cpuSeconds(pid));
    used.set(name, (used.get(name) ?? 0) + seconds);
  }
  return used;
}
