import { readFileSync, statSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { ConfigurationError } from './configuration-error.js';

const MAX_BYTES = 1024 * 1024;

/**
 * Reads a YAML file of keys. Keys that stand there without a value are taken for absent.
 *
 * @throws ConfigurationError when it cannot be read; the message has the place in the file, not its text.
 */
export function readConfigurationFile(path: string): Readonly<Record<string, unknown>> {
  const text = readText(path);
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw refused(path, `is not YAML: line ${line} is wrong (${error.code})`);
  }
  const content = aliasesResolved(path, () => document.toJS({ maxAliasCount: 100 }) as unknown);
  if (content === null || content === undefined) return {};
  if (!isObject(content)) throw refused(path, 'must hold keys and values');
  return withoutNulls(content);
}

function readText(path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) throw refused(path, `is larger than ${MAX_BYTES} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw refused(path, `cannot be read: ${code}`);
  }
}

function aliasesResolved(path: string, read: () => unknown): unknown {
  try {
    return read();
  } catch {
    throw refused(path, 'refers to itself too often');
  }
}

const refused = (path: string, message: string): ConfigurationError =>
  new ConfigurationError([{ where: path, message, remedy: 'the file that TAGLINE_CONFIG names' }]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const withoutNulls = (object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isObject(value) ? withoutNulls(value) : value]),
  );
