import type { JsonObject } from '../schema/json.js';
import { ApiError } from '../status.js';
import { decodeMessage } from './decode-message.js';
import { messageShapeOf } from './kubernetes-messages.js';
import { one, text } from './message-shape.js';
import type { MessageShape } from './message-shape.js';
import { malformed, WireReader } from './wire-reader.js';

/** `k8s` and a zero byte: what every `application/vnd.kubernetes.protobuf` body begins with. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00] as const;

/**
 * Reads a body of type `application/vnd.kubernetes.protobuf`: the envelope that says what is in it, and the object, in
 * the form in which JSON would have brought it. The caller bounds the length of the body.
 *
 * @throws ApiError BadRequest for bytes that are no such body; UnsupportedMediaType for a kind that is only taken as
 * JSON or YAML.
 */
export function decodeProtobufBody(bytes: Uint8Array): JsonObject {
  const { apiVersion, kind, contentType, contentEncoding, raw } = openEnvelope(bytes);
  if (kind === '') throw malformed('it does not say its kind');
  const shape = messageShapeOf(apiVersion, kind);
  const isPlain = contentEncoding === '' && (contentType === '' || contentType === PROTOBUF);
  if (shape === undefined || !isPlain) throw unsupported(apiVersion, kind);
  return decodeMessage(raw, shape, { apiVersion, kind });
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
  readonly contentEncoding: string;
  readonly contentType: string;
}

const RAW_FIELD = 2;

/** `runtime.Unknown` without its content. */
const ENVELOPE: MessageShape = {
  1: one('typeMeta', { 1: text('apiVersion'), 2: text('kind') }),
  3: text('contentEncoding'),
  4: text('contentType'),
};

function openEnvelope(bytes: Uint8Array): Envelope {
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) throw malformed('it does not begin as one of Kubernetes');
  const content = bytes.subarray(MAGIC.length);
  const { typeMeta = {}, contentEncoding = '', contentType = '' } = decodeMessage(content, ENVELOPE) as EnvelopeJson;
  const { apiVersion = '', kind = '' } = typeMeta;
  return { apiVersion, kind, contentEncoding, contentType, raw: rawOf(content) };
}

interface EnvelopeJson {
  readonly typeMeta?: { readonly apiVersion?: string; readonly kind?: string };
  readonly contentEncoding?: string;
  readonly contentType?: string;
}

/** Read apart from the rest, so that the object is decoded from where it lies rather than copied first. */
function rawOf(content: Uint8Array): Uint8Array {
  const reader = new WireReader(content);
  let raw: Uint8Array = new Uint8Array();
  for (let tag = reader.nextTag(); tag !== undefined; tag = reader.nextTag()) {
    if (tag.field !== RAW_FIELD) reader.skip(tag);
    else if (tag.wireType === 2) raw = reader.counted();
    else throw malformed('its content has the wrong wire type');
  }
  return raw;
}

/** Names come from outside: shown shortened, so that the answer stays small. */
const shown = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);

const unsupported = (apiVersion: string, kind: string): ApiError =>
  new ApiError(
    'UnsupportedMediaType',
    `a body of kind ${shown(kind)} in version ${shown(apiVersion)} is not accepted as protobuf - ` +
      'accepted media types include: application/json, application/yaml',
  );
