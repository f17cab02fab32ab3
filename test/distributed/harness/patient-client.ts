import type { Answer, ApiClient, Json } from '../../system/harness/api-client.js';

/** What a client may be told while something is broken: to come back, or to look and come back. */
const PASSING: ReadonlyMap<number, string> = new Map([
  [429, 'TooManyRequests'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
]);

/** Soon enough to be there in the middle of whatever is broken. */
const AGAIN_MS = 100;

export interface Done {
  readonly answer: Answer;
  /** Whether an attempt before may have been done, too. */
  readonly isRepeated: boolean;
}

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Whether this is what was asked for. */
  readonly isDone: (answer: Answer) => boolean;
  /** Whether it says that an attempt before was done. */
  readonly wasDone?: (answer: Answer) => boolean;
}

/** A client as it should be: tries again until it is answered, at one gateway after the other. */
export class PatientClient {
  /** Whatever nobody should have been told. */
  readonly offences: string[] = [];
  /** How many attempts came to nothing, or to nobody knows what. */
  troubles = 0;

  constructor(private readonly apis: readonly ApiClient[]) {}

  /** @returns `undefined` when it was refused, which is noted, or nobody waits any longer. */
  async send(request: Request, first: number, signal: AbortSignal): Promise<Done | undefined> {
    let isRepeated = false;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const answer = await this.attempt(request, first + attempt);
      if (answer !== undefined) {
        if (request.isDone(answer)) return { answer, isRepeated };
        if (isRepeated && request.wasDone?.(answer)) return { answer, isRepeated };
        if (!this.mayPass(request, answer)) return undefined;
      }
      isRepeated ||= answer === undefined || answer.code === 504;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    return undefined;
  }

  /** @returns `undefined` when the connection broke. */
  private async attempt({ method, path, body }: Request, turn: number): Promise<Answer | undefined> {
    const api = this.apis[turn % this.apis.length];
    if (api === undefined) throw new Error('there is no gateway');
    try {
      return await api.send(method, path, body);
    } catch {
      this.troubles++;
      return undefined;
    }
  }

  private mayPass({ method, path }: Request, { code, body, text }: Answer): boolean {
    this.troubles++;
    if (isStatus(body, code) && PASSING.get(code) === body.reason && saysWhen(body)) return true;
    this.offences.push(`${method} ${path}: ${code} ${text.slice(0, 1_000)}`);
    return false;
  }
}

const isStatus = ({ kind, code, ...rest }: Json, sent: number): boolean =>
  kind === 'Status' && rest['status'] === 'Failure' && code === sent;

/** Whoever is told that nothing was done is told when to come back. */
const saysWhen = ({ code, details }: Json): boolean =>
  code === 504 || (details as { readonly retryAfterSeconds?: number } | undefined)?.retryAfterSeconds !== undefined;
