import { ConfigurationError } from './configuration-error.js';
import type { ConfigurationProblem } from './configuration-error.js';
import type { SettingDescription, SettingKind } from './setting.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the configuration file. */
export const FILE_VARIABLE = 'TAGLINE_CONFIG';

/** Kubernetes tells every container of the services around it by such variables; one of them may be called like us. */
const SERVICE_LINK =
  /^TAGLINE_(?:[A-Z0-9_]+_)?(?:SERVICE_(?:HOST|PORT)(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/**
 * The keys that environment variables set, each with its value.
 *
 * @throws ConfigurationError for a variable of ours that no key has, and for one that cannot be read.
 */
export function readEnvironment(
  environment: Environment,
  settings: readonly SettingDescription[],
): ReadonlyMap<string, unknown> {
  const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
  const values = new Map<string, unknown>();
  const problems: ConfigurationProblem[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('TAGLINE_') || name === FILE_VARIABLE || text === undefined) continue;
    const setting = byVariable.get(name);
    if (setting === undefined) {
      if (!SERVICE_LINK.test(name)) problems.push({ where: name, message: 'is not a variable that is known' });
      continue;
    }
    const value = readValue(text, setting.kind);
    if (value === undefined) problems.push({ where: name, message: MALFORMED[setting.kind], remedy: setting.key });
    else values.set(setting.key, value);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values;
}

const MALFORMED: Readonly<Record<SettingKind, string>> = {
  text: 'must be a text',
  duration: 'must be a length of time such as 15m',
  address: 'must be host:port',
  integer: 'must be an integer',
  number: 'must be a number',
  flag: 'must be true or false',
  texts: 'must be a list: values with commas between them, or JSON',
  objects: 'must be a list of objects as JSON',
};

/** `undefined` for a text that is not of its kind. */
function readValue(text: string, kind: SettingKind): unknown {
  switch (kind) {
    case 'text':
    case 'duration':
    case 'address':
      return text;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'number':
      return /^\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'texts':
      return text.trimStart().startsWith('[') ? jsonList(text) : separated(text);
    case 'objects':
      return text.trim() === '' ? [] : jsonList(text);
  }
}

const separated = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function jsonList(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
