import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from './load-configuration.js';

const manual = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
const rows = [...manual.matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\| (.*?) +\| (.+?) +\|$/gm)].map(
  ([, key = '', variable = '', preset = '', meaning = '']) => ({ key, variable, preset, meaning }),
);

describe('docs/configuration.md', () => {
  it('has every key in order, with its variable and its default', () => {
    expect(rows.map(({ key, variable, preset }) => [key, variable, preset])).toEqual(
      SETTINGS.map((setting) => [
        setting.key,
        setting.variable,
        setting.default === undefined ? '—' : `\`${setting.default}\``,
      ]),
    );
  });

  it('explains each', () => {
    expect(rows.filter(({ meaning }) => !/^[A-Z`].{15,}\.$/.test(meaning)).map(({ key }) => key)).toEqual([]);
  });
});
