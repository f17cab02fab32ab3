import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '#lib/config';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const { projects } = JSON.parse(readFileSync(join(ROOT, 'nest-cli.json'), 'utf8')) as {
  readonly projects: Readonly<Record<string, unknown>>;
};

/** What is wrong with a program that a container is told to run; `undefined` where nothing is. */
export function faultOfProgram(program: string): string | undefined {
  const source = program.replace(/^dist\//, '').replace(/\.js$/, '');
  const [, app] = /^apps\/([\w-]+)\/src\/main$/.exec(source) ?? [];
  if (app !== undefined && !(app in projects)) return `${app} is no app of nest-cli.json`;
  if (program.startsWith('dist/')) {
    const isThere = existsSync(join(ROOT, `${source}.ts`));
    return isThere ? undefined : `there is no ${source}.ts`;
  }
  return existsSync(join(ROOT, 'deploy/image', program)) ? undefined : `there is no deploy/image/${program}`;
}

/** Variables of ours that no setting has. */
export const unknownVariables = (names: readonly string[]): readonly string[] =>
  names.filter(
    (name) =>
      name.startsWith('TAGLINE_') && name !== 'TAGLINE_CONFIG' && !SETTINGS.some(({ variable }) => variable === name),
  );
