import type { FieldProblem } from '#lib/event-store';
import { errorCodec, type AnyErrorCodec } from '#lib/remoting';
import { InvalidReferenceRefusal, LimitExceededRefusal, UnresolvedTagsRefusal } from '../refusals.js';

interface Unresolved {
  readonly subject: string;
  readonly unresolved: readonly FieldProblem[];
  readonly others: readonly FieldProblem[];
}

interface InvalidReference {
  readonly stream: string;
  readonly tag: string;
  readonly problems: readonly FieldProblem[];
}

interface LimitExceeded {
  readonly subject: string;
  readonly message: string;
  readonly newTags: readonly string[];
}

/** The refusals of streams that hold more than others do. */
export const STREAM_ERRORS: readonly AnyErrorCodec[] = [
  errorCodec<UnresolvedTagsRefusal, Unresolved>({
    name: 'UnresolvedTagsRefusal',
    type: UnresolvedTagsRefusal,
    encode: ({ subject, unresolved, others }) => ({ subject, unresolved, others }),
    decode: ({ subject, unresolved, others }) => new UnresolvedTagsRefusal(subject, unresolved, others),
  }),
  errorCodec<InvalidReferenceRefusal, InvalidReference>({
    name: 'InvalidReferenceRefusal',
    type: InvalidReferenceRefusal,
    encode: ({ subject, problems }) => {
      const end = subject.indexOf(':');
      return { stream: subject.slice(0, end), tag: subject.slice(end + 1), problems };
    },
    decode: ({ stream, tag, problems }) => new InvalidReferenceRefusal(stream, tag, problems),
  }),
  errorCodec<LimitExceededRefusal, LimitExceeded>({
    name: 'LimitExceededRefusal',
    type: LimitExceededRefusal,
    encode: ({ subject, message, newTags }) => ({ subject, message, newTags }),
    // The message holds all of what was exceeded.
    decode: ({ subject, message, newTags }) =>
      Object.assign(new LimitExceededRefusal(subject, [], newTags), { message }),
  }),
];
