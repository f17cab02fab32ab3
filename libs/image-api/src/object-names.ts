import { badRequest, fieldError, pathSegmentName, type FieldError, type NameRule } from '#lib/kube-api';

const STREAM_NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** The rule for the name of a stream, and of an import, which is named after its stream. */
export const streamName: NameRule = (name, prefix) => {
  const faults = pathSegmentName(name, prefix);
  if (faults.length > 0 || prefix === true || STREAM_NAME.test(name)) return faults;
  return ['must match "[a-z0-9]+(?:[._-][a-z0-9]+)*"'];
};

/** A stream is a repository of a registry, whose names are limited. */
export const streamPathErrors = (namespace: string, name: string): FieldError[] =>
  `${namespace}/${name}`.length <= 255
    ? []
    : [fieldError.invalid('metadata.name', name, "'namespace/name' cannot be longer than 255 characters")];

/** `<stream>:<tag>`, both parts there and no more than these. */
export function parseTagName(name: string, kind: 'ImageStreamTags' | 'ImageTags'): { stream: string; tag: string } {
  const [stream, tag, ...rest] = name.split(':');
  if (name.includes('@') || !stream || !tag || rest.length > 0) {
    throw badRequest(`${kind} must be retrieved with <name>:<tag>`);
  }
  return { stream, tag };
}

/** `<stream>@<digest>`, where the digest may be cut short. */
export function parseStreamImageName(name: string): { stream: string; id: string } {
  const [stream, id, ...rest] = name.split('@');
  if (!stream || !id || rest.length > 0) throw badRequest('ImageStreamImages must be retrieved with <name>@<id>');
  return { stream, id };
}

/** `<image>@<signature>`. */
export function parseSignatureName(name: string): { image: string } {
  const [image, signature, ...rest] = name.split('@');
  if (!image || !signature || rest.length > 0) {
    throw badRequest('ImageSignatures must be accessed with <imageName>@<signatureName>');
  }
  return { image };
}

/**
 * The name of a tag that is to be created: split at the first colon, and `latest` where nothing follows it.
 *
 * @throws ApiError 400 for a name without a colon, or with nothing before it.
 */
export function splitTagName(name: string): { stream: string; tag: string } {
  const colon = name.indexOf(':');
  if (colon <= 0) throw badRequest(`"${name}" must be of the form <stream_name>:<tag>`);
  return { stream: name.slice(0, colon), tag: name.slice(colon + 1) || 'latest' };
}
