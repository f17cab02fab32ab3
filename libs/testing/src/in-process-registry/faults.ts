import type { IncomingMessage, ServerResponse } from 'node:http';

/** What can be made to go wrong with an answer of the in-process registry. */
export type Fault =
  /** The request is taken and never answered. */
  | { readonly kind: 'stall' }
  /** The answer begins, and a byte comes now and then. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Code of a registry error document; without one the body is plain text. */
      readonly code?: string;
      readonly message?: string;
    }
  /** A web page, as captive portals and wrong addresses give. */
  | { readonly kind: 'html'; readonly status?: number }
  /** The right content under a digest header that is another's. */
  | { readonly kind: 'wrong-digest' }
  /** Another content under the right header. */
  | { readonly kind: 'corrupt' }
  /** Half of the announced body, then the connection ends. */
  | { readonly kind: 'truncated' }
  /** An endless body; `announced` also says so in Content-Length. */
  | { readonly kind: 'oversized'; readonly announced?: boolean }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: 301 | 302 | 303 | 307 | 308 }
  /** Headers that replace or add to those of the right answer. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> };

export interface FaultOptions {
  readonly method?: string;
  /** How many requests it strikes; default all. */
  readonly times?: number;
}

/** Faults that change the right answer rather than replacing it. */
export type AnswerChange = Extract<Fault, { kind: 'wrong-digest' | 'corrupt' | 'truncated' | 'headers' }>;

interface PlannedFault extends FaultOptions {
  readonly path: RegExp;
  readonly fault: Fault;
  left: number;
}

/** The faults that a test has planned; of several that match a request the latest strikes. */
export class FaultPlan {
  private planned: PlannedFault[] = [];

  /** @returns what takes the fault away again. */
  add(path: RegExp, fault: Fault, options: FaultOptions = {}): () => void {
    const planned: PlannedFault = { path, fault, ...options, left: options.times ?? Infinity };
    this.planned.unshift(planned);
    return () => {
      this.planned = this.planned.filter((other) => other !== planned);
    };
  }

  strikes(method: string, path: string): Fault | undefined {
    const hit = this.planned.find(
      (fault) => fault.left > 0 && fault.path.test(path) && (fault.method ?? method) === method,
    );
    if (hit !== undefined) hit.left--;
    return hit?.fault;
  }

  clear(): void {
    this.planned = [];
  }
}

/** Gives the answer of a fault that replaces the right one; false when the fault only changes it. */
export function answerWithFault(fault: Fault, request: IncomingMessage, response: ServerResponse): boolean {
  switch (fault.kind) {
    case 'stall':
      return true;
    case 'drip':
      drip(response, fault.everyMs);
      return true;
    case 'status':
      response.writeHead(fault.status, { ...fault.headers, 'content-type': 'application/json' });
      response.end(
        fault.code === undefined
          ? 'something went wrong'
          : JSON.stringify({ errors: [{ code: fault.code, message: fault.message ?? '' }] }),
      );
      return true;
    case 'html':
      response.writeHead(fault.status ?? 200, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>Welcome</title><p>Please sign in.</p>');
      return true;
    case 'oversized':
      flood(response, fault.announced === true);
      return true;
    case 'reset':
      request.socket.resetAndDestroy();
      return true;
    case 'redirect':
      response.writeHead(fault.status ?? 307, { location: fault.to });
      response.end();
      return true;
    case 'wrong-digest':
    case 'corrupt':
    case 'truncated':
    case 'headers':
      return false;
  }
}

function drip(response: ServerResponse, everyMs: number): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), everyMs);
  response.on('close', () => clearInterval(timer));
}

function flood(response: ServerResponse, announced: boolean): void {
  const size = 1_073_741_824;
  const chunk = Buffer.alloc(65_536, 0x20);
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(announced && { 'content-length': String(size) }),
  });
  const pour = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pour);
  pour();
}
