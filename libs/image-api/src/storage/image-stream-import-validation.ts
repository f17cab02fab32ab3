import { fieldError, validateObjectMeta, type FieldError } from '#lib/kube-api';
import { InvalidReferenceError, parseReference } from '#lib/registry';
import { validateImportMode } from '#lib/stream';
import { streamName, streamPathErrors } from '../object-names.js';
import { fieldErrors } from '../refusal-status.js';
import type { ImageImportSpec, ImageStreamImportObject, RepositoryImportSpec } from '../schema/types.js';

const ONLY_DOCKER_IMAGE = 'only DockerImage is supported';
const NOT_A_REPOSITORY = 'you must specify an image repository, not a tag or ID';

/** The rules for a request to import, before anything is looked at. */
export function validateImageStreamImport(
  { metadata, spec }: ImageStreamImportObject,
  namespace: string,
): readonly FieldError[] {
  const { images = [], repository } = spec;
  return [
    ...validateObjectMeta({ ...metadata, namespace }, { namespaced: true, nameRule: streamName }),
    ...streamPathErrors(namespace, metadata.name ?? ''),
    ...images.flatMap((image, index) => validateImage(image, `spec.images[${index}]`)),
    ...(repository === undefined ? [] : validateRepository(repository, 'spec.repository')),
    ...(images.length === 0 && repository === undefined
      ? [fieldError.invalid('spec.images', null, 'you must specify at least one image or a repository import')]
      : []),
  ];
}

function validateImage({ from, to, importPolicy }: ImageImportSpec, path: string): readonly FieldError[] {
  const { kind = '', name = '' } = from;
  if (kind !== 'DockerImage') return [fieldError.invalid(`${path}.from.kind`, kind, ONLY_DOCKER_IMAGE)];
  const errors: FieldError[] = [];
  if (to?.name === '') {
    errors.push(fieldError.invalid(`${path}.to.name`, '', 'the name of the target tag must be specified'));
  }
  if (name === '') return [...errors, fieldError.required(`${path}.from.name`)];
  // An old way to say "all tags": let through here, and answered for in the status of the entry.
  if (name === '*') return errors;
  const problem = pullSpecProblem(name);
  if (problem !== undefined) errors.push(fieldError.invalid(`${path}.from.name`, name, problem));
  return [...errors, ...fieldErrors(validateImportMode(importPolicy.importMode, path))];
}

function validateRepository({ from, importPolicy }: RepositoryImportSpec, path: string): readonly FieldError[] {
  const { kind = '', name = '' } = from;
  if (kind !== 'DockerImage') return [fieldError.invalid(`${path}.from.kind`, kind, ONLY_DOCKER_IMAGE)];
  if (name === '') return [fieldError.required(`${path}.from.name`, 'container image references require a name')];
  const problem = pullSpecProblem(name) ?? (namesOneImage(name) ? NOT_A_REPOSITORY : undefined);
  return [
    ...(problem === undefined ? [] : [fieldError.invalid(`${path}.from.name`, name, problem)]),
    ...fieldErrors(validateImportMode(importPolicy.importMode, path)),
  ];
}

function pullSpecProblem(text: string): string | undefined {
  try {
    parseReference(text);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidReferenceError) return error.message;
    throw error;
  }
}

function namesOneImage(pullSpec: string): boolean {
  const { tag, id } = parseReference(pullSpec);
  return tag !== '' || id !== '';
}
