import {
  isJsonArray,
  isJsonObject,
  ownValue,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../schema/json.js';

/**
 * A JSON value as YAML in blocks, as people write it. Texts stand plain where no YAML reader could take them for
 * anything else, and as JSON otherwise, which is YAML too.
 *
 * @param indent of the block; the first line is not indented.
 */
export function yamlText(value: JsonValue, indent = ''): string {
  if (isJsonArray(value) && value.length > 0) return listText(value, indent);
  if (isJsonObject(value) && Object.keys(value).length > 0) return mapText(value, indent);
  return scalarText(value);
}

function listText(list: JsonArray, indent: string): string {
  return list.map((item) => `- ${yamlText(item, `${indent}  `)}`).join(`\n${indent}`);
}

function mapText(map: JsonObject, indent: string): string {
  return Object.keys(map)
    .map((key) => {
      const value = ownValue(map, key) ?? null;
      return `${scalarText(key)}:${isBlock(value) ? nested(value, indent) : ` ${scalarText(value)}`}`;
    })
    .join(`\n${indent}`);
}

/** A list stands under its key, a map is indented. */
function nested(value: JsonValue, indent: string): string {
  const inner = isJsonArray(value) ? indent : `${indent}  `;
  return `\n${inner}${yamlText(value, inner)}`;
}

const isBlock = (value: JsonValue): boolean =>
  (isJsonArray(value) && value.length > 0) || (isJsonObject(value) && Object.keys(value).length > 0);

/** Begins with a letter, and holds nothing that means something in YAML. */
const PLAIN = /^[A-Za-z](?:[A-Za-z0-9_./@-]|:(?=[A-Za-z0-9_./@-]))*$/;
/** Words that one version of YAML or another reads as truth values, as nothing or as numbers. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|e-?\d+)$/i;
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function scalarText(value: JsonValue): string {
  const text = JSON.stringify(value);
  if (typeof value !== 'string') return text;
  if (PLAIN.test(value) && !WORDS.test(value)) return value;
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
