/** How a registry wants callers to prove who they are (RFC 7235, Docker's token specification). */
export type Challenge =
  { readonly scheme: 'basic' } | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string };

/**
 * The challenge to answer among those of the `WWW-Authenticate` headers: a token where that is offered, otherwise user
 * name and password. Undefined when neither is offered in a form that can be read.
 */
export function preferredChallenge(headerValues: readonly string[]): Challenge | undefined {
  const challenges = headerValues.slice(0, MAX_HEADERS).flatMap(parseChallenges);
  for (const { scheme, parameters } of challenges) {
    const realm = parameters.get('realm') ?? '';
    if (scheme === 'bearer' && realm !== '') return { scheme, realm, service: parameters.get('service') ?? '' };
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined;
}

/** Whether the same answer would do for both. */
export function sameChallenge(a: Challenge | undefined, b: Challenge): boolean {
  if (a?.scheme !== 'bearer' || b.scheme !== 'bearer') return a?.scheme === b.scheme;
  return a.realm === b.realm && a.service === b.service;
}

interface ParsedChallenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_HEADERS = 8;
const MAX_LENGTH = 8_192;

/** A parameter, `name=token` or `name="quoted"`; or else a word that starts the next challenge. */
const PART = /([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([\w!#$%&'*+.^`|~-]+)/g;

function parseChallenges(header: string): readonly ParsedChallenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const [, name, quoted, plain, scheme] of header.slice(0, MAX_LENGTH).matchAll(PART)) {
    if (scheme !== undefined) {
      challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    } else if (name !== undefined) {
      challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
    }
  }
  return challenges;
}
