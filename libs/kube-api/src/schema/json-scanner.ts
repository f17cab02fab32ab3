import { MAX_JSON_DEPTH } from './json.js';

/** Where a text stops being JSON; `offset` counts UTF-16 units from 0. */
export interface SyntaxProblem {
  readonly offset: number;
  readonly what: string;
}

export interface JsonScan {
  /** Paths of fields that an object has more than once, such as `spec.tags[0].name`. */
  readonly duplicates: readonly string[];
  readonly problem?: SyntaxProblem;
}

/** Further duplicates of one body are not named. */
export const MAX_DUPLICATE_FIELDS = 100;

/**
 * Reads JSON for what `JSON.parse` does not tell: repeated keys, and the place of an error without a piece of the text
 * (which may hold a secret).
 */
export function scanJson(text: string): JsonScan {
  const scanner = new JsonScanner(text);
  try {
    scanner.document();
    return { duplicates: scanner.duplicates };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { duplicates: scanner.duplicates, problem: { offset: error.offset, what: error.message } };
  }
}

class Stop extends Error {
  constructor(
    readonly offset: number,
    what: string,
  ) {
    super(what);
  }
}

const BLANK = /[ \t\r\n]*/y;
/** A string body up to its closing quote, a backslash or a character that may not stand there. */
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class JsonScanner {
  readonly duplicates: string[] = [];
  private readonly path: (string | number)[] = [];
  private at = 0;

  constructor(private readonly text: string) {}

  document(): void {
    this.value();
    this.skip(BLANK);
    if (this.at < this.text.length) throw this.unexpected();
  }

  private value(): void {
    this.skip(BLANK);
    const character = this.text[this.at];
    if (character === '{') this.object();
    else if (character === '[') this.array();
    else if (character === '"') this.string();
    else if (!this.skip(SCALAR)) throw this.unexpected();
  }

  private object(): void {
    this.open();
    const seen = new Set<string>();
    const reported = new Set<string>();
    if (this.takes('}')) return;
    do {
      this.skip(BLANK);
      if (this.text[this.at] !== '"') throw this.unexpected();
      const key = this.string();
      this.expect(':');
      if (!seen.has(key)) seen.add(key);
      else if (!reported.has(key)) this.report(key, reported);
      this.path.push(key);
      this.value();
      this.path.pop();
    } while (this.takes(','));
    this.expect('}');
  }

  private array(): void {
    this.open();
    if (this.takes(']')) return;
    let index = 0;
    do {
      this.path.push(index++);
      this.value();
      this.path.pop();
    } while (this.takes(','));
    this.expect(']');
  }

  private open(): void {
    if (this.path.length >= MAX_JSON_DEPTH) throw new Stop(this.at, `nested more than ${MAX_JSON_DEPTH} levels deep`);
    this.at++;
  }

  private string(): string {
    const start = this.at++;
    let escaped = false;
    for (;;) {
      this.skip(PLAIN);
      if (this.text[this.at] === '"') break;
      if (!this.skip(ESCAPE)) throw this.unexpected();
      escaped = true;
    }
    this.at++;
    return escaped ? String(JSON.parse(this.text.slice(start, this.at))) : this.text.slice(start + 1, this.at - 1);
  }

  private report(key: string, reported: Set<string>): void {
    reported.add(key);
    if (this.duplicates.length >= MAX_DUPLICATE_FIELDS) return;
    let path = '';
    for (const part of [...this.path, key]) {
      path += typeof part === 'number' ? `[${part}]` : path === '' ? part : `.${part}`;
    }
    this.duplicates.push(path);
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return false;
    this.at += found[0].length;
    return true;
  }

  private takes(character: string): boolean {
    this.skip(BLANK);
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private expect(character: string): void {
    if (!this.takes(character)) throw this.unexpected();
  }

  private unexpected(): Stop {
    return new Stop(this.at, this.at >= this.text.length ? 'unexpected end' : 'unexpected character');
  }
}
