import { readdir, readFile } from 'node:fs/promises';

/** What `/proc` counts processor time in, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time that a process has used, in user and kernel mode, on all cores. */
export async function cpuSeconds(pid: number): Promise<number> {
  return (await statOf(pid)).own / TICKS_PER_SECOND;
}

/** Processor time of a process and of its children, those that have ended included. */
export async function cpuSecondsOfFamily(pid: number): Promise<number> {
  const pids = (await readdir('/proc')).map(Number).filter((each) => each > 0);
  // Whoever has ended meanwhile is counted by the parent.
  const others = await Promise.all(pids.map((each) => statOf(each).catch(() => undefined)));
  const { own, ended } = await statOf(pid);
  const children = others.reduce((sum, each) => sum + (each?.parent === pid ? each.own + each.ended : 0), 0);
  return (own + ended + children) / TICKS_PER_SECOND;
}

interface Stat {
  readonly parent: number;
  /** Ticks that it used itself, */
  readonly own: number;
  /** and those of children that have ended. */
  readonly ended: number;
}

async function statOf(pid: number): Promise<Stat> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold blanks; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [parent = 0, ...ticks] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]));
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = ticks;
  return { parent, own: user + system, ended: endedUser + endedSystem };
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
