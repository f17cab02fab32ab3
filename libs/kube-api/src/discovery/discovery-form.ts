import { notAcceptable, parseAccept } from '../negotiation/response-form.js';
import type { AggregatedVersion } from './aggregated.js';

/** How `/api` and `/apis` are answered; clients tell by the content type what they have got. */
export type DiscoveryForm =
  | { readonly as: 'aggregated'; readonly version: AggregatedVersion; readonly contentType: string }
  | { readonly as: 'legacy'; readonly contentType: 'application/json' };

/**
 * The first form of an `Accept` header that there is. It depends on the header alone, so that a client gets `/api` and
 * `/apis` in the same form.
 *
 * @throws ApiError NotAcceptable
 */
export function discoveryForm(accept: string | undefined): DiscoveryForm {
  if (accept === undefined || accept.trim() === '') return LEGACY;
  for (const { mediaType, parameters } of parseAccept(accept)) {
    if (!JSON_RANGES.has(mediaType)) continue;
    const kind = parameters.get('as');
    if (kind === undefined) return LEGACY;
    const version = VERSIONS.find((known) => known === parameters.get('v'));
    if (kind !== 'APIGroupDiscoveryList' || parameters.get('g') !== 'apidiscovery.k8s.io' || version === undefined) {
      continue;
    }
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    return { as: 'aggregated', version, contentType };
  }
  throw notAcceptable('application/json');
}

const LEGACY: DiscoveryForm = { as: 'legacy', contentType: 'application/json' };
const VERSIONS: readonly AggregatedVersion[] = ['v2', 'v2beta1'];
const JSON_RANGES: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*']);
