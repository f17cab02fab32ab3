import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface RegistryContents {
  /** Images of one tag each in the repository `bench/small`, tagged `t0`, `t1` and so on. */
  readonly small: number;
  /** Repositories `bench/repository-0` and so on, each with {@link tags} tags. */
  readonly repositories: number;
  readonly tags: number;
  /** How long each answer takes at least. */
  readonly delayMs?: number;
}

/** The registry of the tests as a process of its own, so that it does not work on the client's time. */
export class RegistryProcess {
  private constructor(
    /** `host:port`, as it stands in references. */
    readonly host: string,
    readonly stop: () => void,
  ) {}

  static start(contents: RegistryContents): Promise<RegistryProcess> {
    const child = fork(fileURLToPath(new URL('./registry-main.js', import.meta.url)), [JSON.stringify(contents)]);
    return new Promise((resolve, reject) => {
      child.once('message', (host) => resolve(new RegistryProcess(host as string, () => child.kill('SIGKILL'))));
      child.once('exit', () => reject(new Error('the registry ended before it was ready')));
    });
  }
}
