import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The way from one process to another, which can be cut, or lose everything without anybody being told. */
export class Line {
  private readonly pairs = new Set<Pair>();
  private state: 'whole' | 'cut' | 'silent' = 'whole';

  private constructor(
    private readonly server: Server,
    /** Where the near end is. */
    readonly address: string,
  ) {}

  /** @param target - host:port of the far end, where nobody need listen yet. */
  static async to(target: string): Promise<Line> {
    const [host = '', port] = target.split(':');
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const line = new Line(server, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (near) => line.accept(near, () => connect({ host, port: Number(port) })));
    return line;
  }

  /** Ends all connections, and those that are tried from now on. */
  cut(): void {
    this.state = 'cut';
    for (const pair of this.pairs) pair.destroy();
  }

  /** Passes nothing on any longer. Connections stay open, and new ones are taken. */
  silence(): void {
    this.state = 'silent';
    for (const pair of this.pairs) pair.hold();
  }

  /** Passes on what comes, and what came meanwhile. */
  mend(): void {
    this.state = 'whole';
    for (const pair of this.pairs) pair.pass();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(near: Socket, connected: () => Socket): void {
    if (this.state === 'cut') {
      near.destroy();
      return;
    }
    const pair = new Pair(near, connected(), () => this.pairs.delete(pair));
    this.pairs.add(pair);
    if (this.state === 'whole') pair.pass();
  }
}

/** Both ends of one connection. */
class Pair {
  private isHeld = true;
  private isOver = false;

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
    private readonly onEnd: () => void,
  ) {
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => this.ended());
    }
  }

  pass(): void {
    this.isHeld = false;
    if (this.isOver) return this.destroy();
    this.near.pipe(this.far);
    this.far.pipe(this.near);
  }

  hold(): void {
    this.isHeld = true;
    this.near.unpipe(this.far);
    this.far.unpipe(this.near);
  }

  destroy(): void {
    this.near.destroy();
    this.far.destroy();
    this.onEnd();
  }

  /** One end is gone, which the other is not told while nothing is passed on. */
  private ended(): void {
    this.isOver = true;
    if (this.isHeld) return;
    this.near.destroySoon();
    this.far.destroySoon();
    this.onEnd();
  }
}
