import { badRequest, fieldError, invalid } from '../status.js';
import type { FieldError } from '../status.js';
import { decodeContinueToken } from './continue-token.js';
import type { ContinueToken } from './continue-token.js';
import { parseFieldSelector } from './field-selector.js';
import type { FieldSelector } from './field-selector.js';
import { parseLabelSelector } from './label-selector.js';
import type { LabelSelector } from './label-selector.js';

/** What a list, a watch or a deletion of many is asked to do. */
export interface ListOptions {
  readonly labelSelector: LabelSelector;
  readonly fieldSelector: FieldSelector;
  readonly watch: boolean;
  /** Most items of a page; absent for all. */
  readonly limit?: number;
  readonly continue?: ContinueToken;
  /** Decimal number of 64 bits; absent when none was sent. */
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: ResourceVersionMatch;
  readonly allowWatchBookmarks: boolean;
  /** Whether a watch begins with the present state; absent when it was not said. */
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
}

export type ResourceVersionMatch = 'Exact' | 'NotOlderThan';

/** Characters of one selector. */
export const MAX_SELECTOR_LENGTH = 64 * 1024;

const MATCHES: readonly ResourceVersionMatch[] = ['Exact', 'NotOlderThan'];

/**
 * Reads the parameters of a list or watch; those it does not know are left alone.
 *
 * @param fields what the resource can be selected by, besides name and namespace
 * @throws ApiError BadRequest for a value that cannot be read, Invalid for values that do not go together
 */
export function parseListOptions(parameters: URLSearchParams, fields: Iterable<string> = []): ListOptions {
  const sent = (name: string): string => parameters.get(name) ?? '';
  const labels = selectorText(parameters, 'labelSelector');
  const selectors = { labels, fields: selectorText(parameters, 'fieldSelector') };
  const raw: RawListOptions = {
    watch: isFlagSet(parameters, 'watch') ?? false,
    continueToken: sent('continue'),
    resourceVersion: sent('resourceVersion'),
    match: sent('resourceVersionMatch'),
    sendInitialEvents: isFlagSet(parameters, 'sendInitialEvents'),
  };
  const limit = integer(parameters, 'limit') ?? 0;
  const timeoutSeconds = integer(parameters, 'timeoutSeconds');
  const labelSelector = parseLabelSelector(labels);
  const fieldSelector = parseFieldSelector(selectors.fields, fields);
  const faults = faultsOf(raw);
  if (faults.length > 0) throw invalid('meta.k8s.io', 'ListOptions', '', faults);
  assertResourceVersion(raw.resourceVersion);
  const isPage = raw.continueToken !== '' && !raw.watch;
  if (isPage && raw.resourceVersion !== '' && raw.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const match = MATCHES.find((known) => known === raw.match);
  return {
    labelSelector,
    fieldSelector,
    watch: raw.watch,
    allowWatchBookmarks: isFlagSet(parameters, 'allowWatchBookmarks') ?? false,
    ...(limit > 0 ? { limit } : {}),
    ...(isPage ? { continue: decodeContinueToken(raw.continueToken, selectors) } : {}),
    ...(raw.resourceVersion === '' ? {} : { resourceVersion: raw.resourceVersion }),
    ...(match === undefined ? {} : { resourceVersionMatch: match }),
    ...(raw.sendInitialEvents === undefined ? {} : { sendInitialEvents: raw.sendInitialEvents }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

/** @throws ApiError BadRequest unless the text is empty or an unsigned number of 64 bits */
export function assertResourceVersion(text: string): void {
  if (text === '') return;
  const fault = !/^\d+$/.test(text)
    ? 'invalid syntax'
    : text.length > 20 || BigInt(text) >= 2n ** 64n
      ? 'value out of range'
      : undefined;
  if (fault === undefined) return;
  const quoted = JSON.stringify(text);
  throw badRequest(`resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${fault}`);
}

interface RawListOptions {
  readonly watch: boolean;
  readonly continueToken: string;
  readonly resourceVersion: string;
  readonly match: string;
  readonly sendInitialEvents: boolean | undefined;
}

function faultsOf(options: RawListOptions): readonly FieldError[] {
  if (options.watch) return watchFaults(options);
  return [
    ...(options.match === '' ? [] : matchFaults(options)),
    ...(options.sendInitialEvents === undefined
      ? []
      : [fieldError.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')]),
  ];
}

function matchFaults({ match, resourceVersion, continueToken }: RawListOptions): readonly FieldError[] {
  const forbidden = (why: string): FieldError => fieldError.forbidden('resourceVersionMatch', why);
  return [
    ...(resourceVersion === ''
      ? [forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided')]
      : []),
    ...(continueToken === '' ? [] : [forbidden('resourceVersionMatch is forbidden when continue is provided')]),
    ...unknownMatch(match, [...MATCHES, '']),
    ...(match === 'Exact' && resourceVersion === '0'
      ? [forbidden('resourceVersionMatch "Exact" is forbidden for resourceVersion "0"')]
      : []),
  ];
}

function watchFaults({ match, sendInitialEvents, continueToken }: RawListOptions): readonly FieldError[] {
  const forbidden = (why: string): FieldError => fieldError.forbidden('resourceVersionMatch', why);
  if (sendInitialEvents === undefined) {
    return match === ''
      ? []
      : [forbidden('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')];
  }
  return [
    ...(match === 'NotOlderThan'
      ? []
      : [
          forbidden('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
          ...unknownMatch(match, ['NotOlderThan']),
        ]),
    ...(continueToken === '' ? [] : [forbidden('resourceVersionMatch is forbidden when continue is provided')]),
  ];
}

const unknownMatch = (match: string, supported: readonly string[]): readonly FieldError[] =>
  match === '' || supported.includes(match) ? [] : [fieldError.notSupported('resourceVersionMatch', match, supported)];

function selectorText(parameters: URLSearchParams, name: string): string {
  const text = parameters.get(name) ?? '';
  if (text.length > MAX_SELECTOR_LENGTH) throw badRequest(`${name} may have at most ${MAX_SELECTOR_LENGTH} characters`);
  return text;
}

/** As Kubernetes reads a flag: only `false` and `0` mean no, so that `?watch` alone means yes. */
export function isFlagSet(parameters: URLSearchParams, name: string): boolean | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  return text.toLowerCase() !== 'false' && text !== '0';
}

function integer(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) ?? '';
  if (text === '') return undefined;
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  const fault = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`${name}: strconv.ParseInt: parsing ${JSON.stringify(text)}: ${fault}`);
}
