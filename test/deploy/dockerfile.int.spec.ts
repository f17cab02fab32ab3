import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DockerfileParser, type Copy, type JSONInstruction } from 'dockerfile-ast';
import { validate, ValidationSeverity } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '#lib/config';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const dockerfile = DockerfileParser.parse(text);
const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');

const instructions = (keyword: string) =>
  dockerfile.getInstructions().filter((instruction) => instruction.getKeyword() === keyword);
const inJson = (keyword: string): readonly string[] =>
  (instructions(keyword).at(-1) as JSONInstruction)
    .getJSONStrings()
    .map((part) => JSON.parse(part.getValue()) as string);

describe('the Dockerfile', () => {
  it('has nothing that its checker finds fault with', () => {
    const { ERROR } = ValidationSeverity;
    const strict = { deprecatedMaintainer: ERROR, directiveCasing: ERROR, instructionCasing: ERROR };
    const problems = validate(text, {
      ...strict,
      instructionWorkdirRelative: ERROR,
      instructionJSONInSingleQuotes: ERROR,
    });
    expect(problems.map(({ message, range }) => [range.start.line + 1, message])).toEqual([]);
  });

  it('copies what is there, and what is sent to the builder', () => {
    const stages = instructions('FROM').map((from) => /\bAS (\w+)$/.exec(from.getTextContent())?.[1]);
    for (const copy of instructions('COPY') as Copy[]) {
      const from = copy.getFlags().find((flag) => flag.getName() === 'from');
      const sources = copy
        .getArguments()
        .map((argument) => argument.getValue())
        .slice(0, -1);
      if (from !== undefined) {
        expect(stages).toContain(from.getValue());
        continue;
      }
      for (const source of sources) {
        expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
        expect(ignored.some((line) => line.startsWith('!') && source.startsWith(line.slice(1)))).toBe(true);
      }
    }
  });

  it('starts from an image of one version, at least the one that package.json asks for', () => {
    const [node] = instructions('ARG').map((argument) => argument.getTextContent());
    const version = /node:(\d+\.\d+)\.\d+-bookworm-slim$/.exec(node ?? '')?.[1];
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe(`>=${version}`);
  });

  it('runs a program that there is, as nobody in particular', () => {
    expect(inJson('ENTRYPOINT')).toEqual(['node', '--enable-source-maps']);
    const [program = ''] = inJson('CMD');
    expect(existsSync(join(ROOT, program.replace(/^dist\//, '').replace(/js$/, 'ts')))).toBe(true);
    expect(instructions('USER').at(-1)?.getTextContent()).toBe('USER 10001:10001');
  });

  it('sets settings that there are, and keeps its data where the volume is', () => {
    const environment = Object.fromEntries(
      [...text.matchAll(/\b(TAGLINE_[A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const { dataDir, listen } = loadConfiguration(environment);
    expect(instructions('VOLUME').at(-1)?.getTextContent()).toBe(`VOLUME ${dataDir}`);
    expect(instructions('EXPOSE').at(-1)?.getTextContent()).toBe(`EXPOSE ${listen.port}`);
    expect(text).toContain(`"probe.js", "https://127.0.0.1:${listen.port}/readyz"`);
  });
});
