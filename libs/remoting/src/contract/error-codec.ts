import {
  EventStoreError,
  Refusal,
  StaleVersionError,
  TooMuchContentionError,
  type EventStoreFailure,
  type FieldProblem,
  type RefusalCode,
} from '#lib/event-store';
import { ServiceCallError, type ServiceCallFailure } from './service-call-error.js';

/** How errors of one class go over the wire and come out as what they were. */
export interface ErrorCodec<E extends Error, Data> {
  readonly name: string;
  // A class whose constructor may want anything.
  readonly type: abstract new (...args: never[]) => E;
  readonly encode: (error: E) => Data;
  readonly decode: (data: Data) => E;
}

/** An {@link ErrorCodec} of whichever class. */
export interface AnyErrorCodec {
  readonly name: string;
  readonly type: abstract new (...args: never[]) => Error;
  readonly encode: (error: Error) => unknown;
  readonly decode: (data: unknown) => Error;
}

export const errorCodec = <E extends Error, Data>(codec: ErrorCodec<E, Data>): AnyErrorCodec => ({
  name: codec.name,
  type: codec.type,
  encode: (error) => codec.encode(error as E),
  decode: (data) => codec.decode(data as Data),
});

export interface WireError {
  readonly name: string;
  readonly data: unknown;
}

/** Turns errors into what can be sent, and back. */
export class ErrorCodecs {
  private readonly codecs: readonly AnyErrorCodec[];

  /** @param own those of a context; a class before the one that it extends. */
  constructor(own: readonly AnyErrorCodec[] = []) {
    this.codecs = [...own, ...COMMON_ERRORS];
  }

  /** @returns `undefined` for an error of no class that is known: nobody outside is told what it says. */
  encode(error: unknown): WireError | undefined {
    if (!(error instanceof Error)) return undefined;
    const codec = this.codecs.find(({ type }) => error instanceof type);
    return codec && { name: codec.name, data: codec.encode(error) };
  }

  decode({ name, data }: WireError): Error {
    const codec = this.codecs.find((known) => known.name === name);
    return (
      codec?.decode(data) ?? new ServiceCallError('internal', `the service failed with what is unknown here: ${name}`)
    );
  }
}

export interface RefusalData {
  readonly code: RefusalCode;
  readonly subject: string;
  readonly message: string;
  readonly problems: readonly FieldProblem[];
}

const COMMON_ERRORS: readonly AnyErrorCodec[] = [
  errorCodec<Refusal, RefusalData>({
    name: 'Refusal',
    type: Refusal,
    encode: ({ code, subject, message, problems }) => ({ code, subject, message, problems }),
    decode: ({ code, subject, message, problems }) => new Refusal(code, subject, message, problems),
  }),
  errorCodec<StaleVersionError, { expected: number; actual: number }>({
    name: 'StaleVersionError',
    type: StaleVersionError,
    // A version that somebody changed in the same moment has no number yet, which JSON cannot say.
    encode: ({ expected, actual }) => ({ expected, actual: Number.isFinite(actual) ? actual : -1 }),
    decode: ({ expected, actual }) => new StaleVersionError(expected, actual < 0 ? Infinity : actual),
  }),
  errorCodec<TooMuchContentionError, { message: string }>({
    name: 'TooMuchContentionError',
    type: TooMuchContentionError,
    encode: ({ message }) => ({ message }),
    decode: ({ message }) => Object.assign(new TooMuchContentionError('' as never), { message }),
  }),
  errorCodec<EventStoreError, { code: EventStoreFailure; message: string }>({
    name: 'EventStoreError',
    type: EventStoreError,
    encode: ({ code, message }) => ({ code, message }),
    decode: ({ code, message }) => new EventStoreError(code, message),
  }),
  errorCodec<ServiceCallError, { code: ServiceCallFailure; message: string }>({
    name: 'ServiceCallError',
    type: ServiceCallError,
    encode: ({ code, message }) => ({ code, message }),
    decode: ({ code, message }) => new ServiceCallError(code, message),
  }),
];
