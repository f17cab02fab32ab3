import { createHash } from 'node:crypto';
import type { Json } from './transcript.js';

/**
 * What stands for `<name>` in the texts of one group of steps.
 *
 * Besides what earlier steps saved there are `<digest:A>`, for any A a digest that only this group knows, `<hex:A>`, the
 * same without its algorithm, and `<hex:A:12>`, the start of that.
 */
export class Variables {
  private readonly values: Map<string, Json>;

  constructor(
    private readonly namespace: string,
    given: Readonly<Record<string, string>> = {},
  ) {
    this.values = new Map<string, Json>([...Object.entries(given), ['ns', namespace]]);
  }

  save(name: string, value: Json): void {
    this.values.set(name, value);
  }

  get(name: string): Json | undefined {
    const [kind, label, length] = name.split(':');
    if (kind === 'digest' && label !== undefined) return `sha256:${this.hex(label)}`;
    if (kind === 'hex' && label !== undefined)
      return this.hex(label).slice(0, length === undefined ? 64 : Number(length));
    return this.values.get(name);
  }

  /**
   * A value with its variables filled in. A text that is nothing but a variable becomes the variable's value, whatever
   * that is. In an object, `$base` names a saved one, which the other keys change as a JSON merge patch does.
   */
  fill(value: Json): Json {
    if (typeof value === 'string') return this.fillText(value);
    if (value === null || typeof value !== 'object') return value;
    if (isList(value)) return value.map((item) => this.fill(item));
    const { $base, ...own } = Object.fromEntries(
      Object.entries(value).map(([key, part]) => [this.text(key), this.fill(part)]),
    );
    return $base === undefined ? own : merged($base, own);
  }

  text(text: string): string {
    const filled = this.fillText(text);
    return typeof filled === 'string' ? filled : JSON.stringify(filled);
  }

  private fillText(text: string): Json {
    const whole = /^<([^<>]+)>$/.exec(text)?.[1];
    const known = whole === undefined ? undefined : this.get(whole);
    if (known !== undefined) return known;
    return text.replace(/<([^<>]+)>/g, (all, name: string) => {
      const value = this.get(name);
      return typeof value === 'string' || typeof value === 'number' ? `${value}` : all;
    });
  }

  private hex(label: string): string {
    return createHash('sha256').update(`${this.namespace} ${label}`).digest('hex');
  }
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

function merged(base: Json, change: Json): Json {
  if (change === null || typeof change !== 'object' || isList(change)) return change;
  const before = base !== null && typeof base === 'object' && !isList(base) ? base : {};
  const result: Record<string, Json> = { ...before };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key] ?? null, value);
  }
  return result;
}
