import { readFile } from 'node:fs/promises';

/** What `/proc` counts processor time in, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time that a process has used, in user and kernel mode, on all cores. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold blanks; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Memory of a process, in bytes. */
export interface Memory {
  /** Resident, with the pages of mapped files that the kernel would give up under pressure. */
  readonly resident: number;
  /** Resident, without mapped files. */
  readonly own: number;
  readonly peak: number;
}

export async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024;
  return { resident: bytes('VmRSS'), own: bytes('RssAnon'), peak: bytes('VmHWM') };
}
