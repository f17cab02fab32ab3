import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const STOP_MS = 10_000;

/** A part of a benchmark in a process of its own, which does what it is told, one thing after the other. */
export class OrderedProcess<Order> {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when the process can be told something. @param main - file that {@link followOrders | follows orders}. */
  static async start<Order>(main: string, argument: unknown): Promise<OrderedProcess<Order>> {
    const child = fork(main, [JSON.stringify(argument)]);
    const ordered = new OrderedProcess<Order>(child);
    await ordered.answer();
    return ordered;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @returns what the process says when it has done it. */
  async order<Answer = void>(what: Order): Promise<Answer> {
    const answer = this.answer();
    this.child.send(what as object);
    return (await answer) as Answer;
  }

  /** The process closes what it has open, and ends. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    const killing = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(killing);
  }

  private async answer(): Promise<unknown> {
    const ended = new AbortController();
    const gone = once(this.child, 'exit', ended).then(([code]) => {
      throw new Error(`a process of the benchmark ended with ${String(code)}`);
    });
    const answered = once(this.child, 'message', ended).then(([message]: unknown[]) => message);
    try {
      return (await Promise.race([answered, gone])) ?? undefined;
    } finally {
      ended.abort();
      await Promise.allSettled([gone, answered]);
    }
  }
}

/** What an {@link OrderedProcess} was started with. */
export const startedWith = <Argument>(): Argument => JSON.parse(process.argv[2] ?? 'null') as Argument;

/** Makes this process one that does what its parent says, until the parent is done with it. */
export function followOrders<Order>(follow: (order: Order) => Promise<unknown>, close: () => Promise<void>): void {
  const failed = (error: unknown): void => {
    console.error(error);
    process.exit(1);
  };
  process.on('message', (order) => {
    follow(order as Order).then((answer) => process.send?.(answer ?? null), failed);
  });
  process.once('disconnect', () => void close().then(() => process.exit(0), failed));
  process.send?.(null);
}

/** Milliseconds on a clock that all processes of the machine share, and that nobody sets. */
export const sharedNow = (): number => Number(process.hrtime.bigint()) / 1_000_000;
