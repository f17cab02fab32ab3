import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import { textOf } from '../event-message.js';

const PREFIX = 'tagline_dead_';
const MAX_TEXT = 1_024;

/** Why an event was laid aside, and where it was. */
export interface DeadLetter {
  readonly reactor: string;
  readonly topic: string;
  readonly partition: string;
  readonly offset: string;
  readonly attempts: string;
  readonly error: string;
  readonly time: string;
}

const FIELDS = ['reactor', 'topic', 'partition', 'offset', 'attempts', 'error', 'time'] as const;

/** The message as it was, with what went wrong in further headers. */
export function deadLetterMessage({ key, value, headers }: KafkaMessage, letter: DeadLetter): Message {
  const added = FIELDS.map((name) => [`${PREFIX}${name}`, letter[name].slice(0, MAX_TEXT)] as const);
  return { key, value, headers: { ...withoutDeath(headers), ...Object.fromEntries(added) } };
}

export function readDeadLetter(headers: IHeaders = {}): DeadLetter {
  const entries = FIELDS.map((name) => [name, textOf(headers, `${PREFIX}${name}`) ?? ''] as const);
  return Object.fromEntries(entries) as Record<(typeof FIELDS)[number], string>;
}

/** The message as it was before it was laid aside. */
export const revived = ({ key, value, headers }: KafkaMessage): Message => ({
  ...{ key, value },
  headers: withoutDeath(headers),
});

const withoutDeath = (headers: IHeaders = {}): IHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(PREFIX)));
