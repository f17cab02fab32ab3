import { ApiError } from '../status.js';
import { cloneJson, equalJson, isJsonArray, isJsonObject, ownValue, setOwn } from '../schema/json.js';
import type { JsonObject, JsonValue, MutableJsonObject } from '../schema/json.js';
import { malformedPatch, patchDoesNotApply } from './patch-error.js';

/** Operations that one patch may have, as in Kubernetes. */
export const MAX_JSON_PATCH_OPERATIONS = 10_000;

/**
 * Values that all `copy` operations of a patch may make together, where long strings count more: a value can be copied
 * into itself over and over.
 */
export const MAX_COPIED_VALUES = 200_000;
const CHARACTERS_PER_VALUE = 16;

/** Array elements that all operations of a patch may move to make or close a gap. */
const MAX_SHIFTED_ELEMENTS = 100_000_000;

/**
 * RFC 6902. The object is not changed; the result shares nothing with it.
 *
 * @throws ApiError BadRequest for what is not a patch, RequestEntityTooLarge past the bounds, Invalid when a path is
 *   missing or a test fails
 */
export function jsonPatch(current: JsonObject, patch: JsonValue): JsonValue {
  if (!isJsonArray(patch)) throw malformedPatch('a JSON patch is a list of operations');
  if (patch.length > MAX_JSON_PATCH_OPERATIONS) {
    throw tooLarge(
      `The allowed maximum operations in a JSON patch is ${MAX_JSON_PATCH_OPERATIONS}, got ${patch.length}`,
    );
  }
  const operations = patch.map(operationOf);
  const document = new PatchedDocument(current);
  for (const operation of operations) document.apply(operation);
  return document.value;
}

const tooLarge = (why: string): ApiError => new ApiError('RequestEntityTooLarge', why);

type Pointer = readonly string[];

type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: Pointer; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: Pointer }
  | { readonly op: 'move' | 'copy'; readonly path: Pointer; readonly from: Pointer };

function operationOf(json: JsonValue): Operation {
  if (!isJsonObject(json)) throw malformedPatch('an operation of a JSON patch is an object');
  const op = ownValue(json, 'op');
  const path = pointerOf(ownValue(json, 'path'), 'path');
  switch (op) {
    case 'add':
    case 'replace':
    case 'test': {
      const value = ownValue(json, 'value');
      if (value === undefined) throw malformedPatch(`operation "${op}" needs a value`);
      return { op, path, value };
    }
    case 'remove':
      return { op, path };
    case 'move':
    case 'copy':
      return { op, path, from: pointerOf(ownValue(json, 'from'), 'from') };
    default:
      throw malformedPatch('"op" is one of add, remove, replace, move, copy and test');
  }
}

/** RFC 6901. */
function pointerOf(json: JsonValue | undefined, name: string): Pointer {
  if (typeof json !== 'string') throw malformedPatch(`every operation needs "${name}"`);
  if (json === '') return [];
  if (!json.startsWith('/') || /~(?![01])/.test(json)) throw malformedPatch(`"${name}" is not a JSON pointer`);
  return json
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

class PatchedDocument {
  value: JsonValue;
  private copied = 0;
  private shifted = 0;

  constructor(current: JsonObject) {
    this.value = cloneJson(current);
  }

  apply(operation: Operation): void {
    switch (operation.op) {
      case 'add':
        return this.add(operation.path, cloneJson(operation.value));
      case 'remove':
        this.remove(operation.path);
        return;
      case 'replace':
        return this.replace(operation.path, cloneJson(operation.value));
      case 'move': {
        const { from, path } = operation;
        // A value cannot become a part of itself.
        if (path.length > from.length && from.every((part, index) => part === path[index])) throw patchDoesNotApply();
        return this.add(path, this.remove(from));
      }
      case 'copy': {
        const source = this.get(operation.from);
        this.copied += valuesIn(source, MAX_COPIED_VALUES - this.copied);
        if (this.copied > MAX_COPIED_VALUES) throw tooLarge('the copies that the JSON patch makes are too large');
        return this.add(operation.path, cloneJson(source));
      }
      case 'test':
        if (!equalJson(this.get(operation.path), operation.value)) throw patchDoesNotApply();
        return;
    }
  }

  private get(path: Pointer): JsonValue {
    let value = this.value;
    for (const part of path) value = child(value, part);
    return value;
  }

  private add(path: Pointer, value: JsonValue): void {
    const last = path.at(-1);
    if (last === undefined) {
      this.value = value;
      return;
    }
    const parent = this.get(path.slice(0, -1));
    if (isJsonArray(parent)) {
      const index = last === '-' ? parent.length : indexOf(last, parent.length);
      this.shift(parent.length - index);
      mutableArray(parent).splice(index, 0, value);
    } else if (isJsonObject(parent)) setOwn(parent, last, value);
    else throw patchDoesNotApply();
  }

  private remove(path: Pointer): JsonValue {
    const last = path.at(-1);
    if (last === undefined) throw patchDoesNotApply();
    const parent = this.get(path.slice(0, -1));
    const removed = child(parent, last);
    if (isJsonArray(parent)) {
      const index = Number(last);
      this.shift(parent.length - index);
      mutableArray(parent).splice(index, 1);
    } else if (isJsonObject(parent)) {
      const object: MutableJsonObject = parent;
      delete object[last];
    }
    return removed;
  }

  private replace(path: Pointer, value: JsonValue): void {
    const last = path.at(-1);
    if (last === undefined) {
      this.value = value;
      return;
    }
    const parent = this.get(path.slice(0, -1));
    child(parent, last);
    if (isJsonArray(parent)) mutableArray(parent)[Number(last)] = value;
    else if (isJsonObject(parent)) setOwn(parent, last, value);
  }

  private shift(elements: number): void {
    this.shifted += elements;
    if (this.shifted > MAX_SHIFTED_ELEMENTS) throw tooLarge('the JSON patch moves too many list elements');
  }
}

/** Everything in the document is this patch's own copy. */
const mutableArray = (array: readonly JsonValue[]): JsonValue[] => array as JsonValue[];

function child(parent: JsonValue, part: string): JsonValue {
  const value = isJsonArray(parent)
    ? parent[indexOf(part, parent.length - 1)]
    : isJsonObject(parent)
      ? ownValue(parent, part)
      : undefined;
  if (value === undefined) throw patchDoesNotApply();
  return value;
}

function indexOf(part: string, highest: number): number {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(part) || Number(part) > highest) throw patchDoesNotApply();
  return Number(part);
}

/** Counts up to a little more than `enough`. */
function valuesIn(value: JsonValue, enough: number): number {
  if (typeof value === 'string') return 1 + value.length / CHARACTERS_PER_VALUE;
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const item of isJsonArray(value) ? value : Object.values(value)) {
    count += valuesIn(item, enough - count);
    if (count > enough) break;
  }
  return count;
}
