import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { checkFiles } from './check-files.js';
import { ConfigurationError } from './configuration-error.js';
import type { ConfigurationProblem } from './configuration-error.js';
import { readConfigurationFile } from './configuration-file.js';
import { Configuration } from './configuration.js';
import { FILE_VARIABLE, readEnvironment } from './environment.js';
import type { Environment } from './environment.js';
import { describeSettings } from './setting.js';

/** Every key there is. */
export const SETTINGS = describeSettings(Configuration);

/**
 * The configuration of this process: defaults, over them the file that `TAGLINE_CONFIG` names, over it the environment.
 *
 * @throws ConfigurationError naming everything that is wrong with it.
 */
export function loadConfiguration(environment: Environment): Configuration {
  const path = environment[FILE_VARIABLE];
  const file = path === undefined || path === '' ? {} : readConfigurationFile(path);
  const keys = overlaid(file, readEnvironment(environment, SETTINGS));

  const configuration = plainToInstance(Configuration, keys, { exposeDefaultValues: true });
  const errors = validateSync(configuration, { whitelist: true, forbidNonWhitelisted: true });
  const problems = errors.flatMap((error) => problemsOf(error, []));
  if (problems.length > 0) throw new ConfigurationError(problems);

  const unreadable = checkFiles(configuration);
  if (unreadable.length > 0) throw new ConfigurationError(unreadable.map(withRemedy));
  return configuration;
}

type Keys = Readonly<Record<string, unknown>>;

function overlaid(file: Keys, values: ReadonlyMap<string, unknown>): Keys {
  let keys = file;
  for (const [key, value] of values) keys = withValue(keys, key.split('.'), value);
  return keys;
}

/** A section that is no object in the file is left for validation to complain about, unless a variable sets a key in it. */
function withValue(keys: Keys, [name = '', ...rest]: readonly string[], value: unknown): Keys {
  if (rest.length === 0) return { ...keys, [name]: value };
  const section = keys[name];
  return { ...keys, [name]: withValue(typeof section === 'object' ? (section as Keys) : {}, rest, value) };
}

/** `images.mirrors[0].source`, with what is wrong with it. */
function problemsOf(error: ValidationError, path: readonly string[]): readonly ConfigurationProblem[] {
  const at = [...path, error.property];
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) =>
    rule === 'whitelistValidation' ? unknownKey(at) : withRemedy({ where: written(at), message }),
  );
  return [...own.slice(0, 1), ...(error.children ?? []).flatMap((child) => problemsOf(child, at))];
}

const written = (path: readonly string[]): string =>
  path.reduce((text, name) => (/^\d+$/.test(name) ? `${text}[${name}]` : text === '' ? name : `${text}.${name}`), '');

function unknownKey(path: readonly string[]): ConfigurationProblem {
  const section = path.slice(0, -1).join('.');
  const prefix = section === '' ? '' : `${section}.`;
  const known = SETTINGS.filter(({ key }) => key.startsWith(prefix)).map(
    ({ key }) => key.slice(prefix.length).split('.')[0],
  );
  return {
    where: written(path),
    message: 'is not a key that is known',
    ...(known.length === 0 ? {} : { remedy: `known here: ${[...new Set(known)].join(', ')}` }),
  };
}

/** How to set the key that the problem is about. */
function withRemedy(problem: ConfigurationProblem): ConfigurationProblem {
  const setting = SETTINGS.find(({ key }) => problem.where === key || problem.where.startsWith(`${key}[`));
  return setting === undefined
    ? problem
    : { ...problem, remedy: `set ${setting.key} in the configuration file, or ${setting.variable}` };
}
