import { ApiError } from '../status.js';

/** In which form a client wants objects: as they are, as rows of a table, or their metadata only. */
export type ResponseForm =
  | { readonly as: 'Object'; readonly yaml?: true }
  | { readonly as: 'Table'; readonly version: 'v1' | 'v1beta1' }
  | { readonly as: 'PartialObjectMetadata'; readonly version: 'v1' | 'v1beta1' };

/** One offer of an Accept header: a media type and its parameters. */
export interface Offer {
  readonly mediaType: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const OBJECT: ResponseForm = { as: 'Object' };
const YAML: ResponseForm = { as: 'Object', yaml: true };
const YAML_TYPE = 'application/yaml';
const JSON_TYPES = new Set(['application/json', 'application/*', '*/*', 'text/*', 'text/plain']);

/** Headers that clients send over and over, already read. */
const known = new Map<string, ResponseForm>();
const MAX_KNOWN = 256;

/**
 * The first offer that the server can make. Order is priority; protobuf is passed over, as every client that asks for
 * it also takes JSON.
 *
 * @throws ApiError 406 when nothing that is offered can be made.
 */
export function responseForm(accept: string | undefined): ResponseForm {
  if (accept === undefined || accept === '') return OBJECT;
  const cached = known.get(accept);
  if (cached !== undefined) return cached;
  const form = chooseForm(accept, formOf);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(accept, form);
  return form;
}

/**
 * The same for a watch, whose events are lines: YAML has no form for them.
 *
 * @throws ApiError 406
 */
export function watchForm(accept: string | undefined): ResponseForm {
  const form = responseForm(accept);
  if (form !== YAML || accept === undefined) return form;
  return chooseForm(accept, (offer) => (offer.mediaType === YAML_TYPE ? undefined : formOf(offer)));
}

function chooseForm(accept: string, formFor: (offer: Offer) => ResponseForm | undefined): ResponseForm {
  for (const offer of parseAccept(accept)) {
    const form = formFor(offer);
    if (form !== undefined) return form;
  }
  throw notAcceptable();
}

export const notAcceptable = (
  types = 'application/json, application/yaml, application/json;as=Table;v=v1;g=meta.k8s.io',
): ApiError => new ApiError('NotAcceptable', `only the following media types are accepted: ${types}`);

function formOf({ mediaType, parameters }: Offer): ResponseForm | undefined {
  const as = parameters.get('as');
  if (mediaType === YAML_TYPE) return as === undefined ? YAML : undefined;
  if (!JSON_TYPES.has(mediaType)) return undefined;
  if (as === undefined) return OBJECT;
  const version = parameters.get('v') ?? 'v1';
  if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  if (as === 'Table') return { as: 'Table', version };
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
    return { as: 'PartialObjectMetadata', version };
  return undefined;
}

/** The offers of an Accept header, in the order in which they stand. */
export const parseAccept = (accept: string): Offer[] =>
  accept.split(',').map((part) => {
    const [mediaType = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    return { mediaType: mediaType.toLowerCase(), parameters: new Map(parameters.map(parameter)) };
  });

function parameter(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
