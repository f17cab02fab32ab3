import { badRequest } from '../status.js';
import { labelValue, qualifiedName } from '../schema/names.js';
import { LabelSelectorTokens } from './label-selector-tokens.js';
import type { Token, TokenKind } from './label-selector-tokens.js';

export type Labels = Readonly<Record<string, string>>;

/** One condition of a selector; all of them must hold. */
export type LabelRequirement =
  | { readonly operator: 'in' | 'notin'; readonly key: string; readonly values: ReadonlySet<string> }
  | { readonly operator: 'exists' | '!'; readonly key: string }
  | { readonly operator: 'gt' | 'lt'; readonly key: string; readonly bound: bigint };

export interface LabelSelector {
  /** As it was sent; empty when everything is selected. */
  readonly text: string;
  readonly requirements: readonly LabelRequirement[];
  readonly matches: (labels: Labels) => boolean;
}

/** Requirements that one selector may have. */
export const MAX_REQUIREMENTS = 1000;

/**
 * Reads a label selector: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, `a>1`, `a<1`, joined by commas.
 * The grammar and its texts are those of apimachinery's `labels.Parse`.
 *
 * @throws ApiError BadRequest
 */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements = new LabelSelectorParser(text).parse();
  const tests = requirements.map(testOf);
  return {
    text,
    requirements,
    matches: tests.length === 0 ? () => true : (labels) => tests.every((test) => test(labels)),
  };
}

function testOf(requirement: LabelRequirement): (labels: Labels) => boolean {
  const { key } = requirement;
  switch (requirement.operator) {
    case 'in':
      return (labels) => Object.hasOwn(labels, key) && requirement.values.has(labels[key] ?? '');
    case 'notin':
      return (labels) => !Object.hasOwn(labels, key) || !requirement.values.has(labels[key] ?? '');
    case 'exists':
      return (labels) => Object.hasOwn(labels, key);
    case '!':
      return (labels) => !Object.hasOwn(labels, key);
    case 'gt':
    case 'lt': {
      const { bound, operator } = requirement;
      return (labels) => {
        const value = Object.hasOwn(labels, key) ? integer(labels[key] ?? '') : undefined;
        return value !== undefined && (operator === 'gt' ? value > bound : value < bound);
      };
    }
  }
}

/** A 64-bit integer as Go's `ParseInt` takes it. */
function integer(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

class LabelSelectorParser {
  private readonly tokens: LabelSelectorTokens;

  constructor(text: string) {
    this.tokens = new LabelSelectorTokens(text);
  }

  parse(): readonly LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const next = this.tokens.peek('value').kind;
      if (next === 'end') return requirements;
      if (next !== 'identifier' && next !== '!') throw this.unexpected("!, identifier, or 'end of string'");
      if (requirements.length >= MAX_REQUIREMENTS) {
        throw badRequest(`a label selector may have at most ${MAX_REQUIREMENTS} requirements`);
      }
      requirements.push(this.requirement());
      const separator = this.tokens.take('value');
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') throw this.unexpected("',' or 'end of string'", separator);
      const after = this.tokens.peek('value').kind;
      if (after !== 'identifier' && after !== '!') throw this.unexpected("identifier after ','");
    }
  }

  private requirement(): LabelRequirement {
    const absent = this.tokens.peek('value').kind === '!';
    if (absent) this.tokens.take('value');
    const key = this.key();
    if (absent) return { operator: '!', key };
    if (this.atEnd()) return { operator: 'exists', key };
    const operator = this.tokens.take('operator');
    switch (operator.kind) {
      case 'in':
      case 'notin':
        return { operator: operator.kind, key, values: this.valid(key, this.valueList()) };
      case '=':
      case '==':
        return { operator: 'in', key, values: this.valid(key, [this.value()]) };
      case '!=':
        return { operator: 'notin', key, values: this.valid(key, [this.value()]) };
      case '>':
      case '<': {
        const value = this.value();
        this.valid(key, [value]);
        const bound = integer(value);
        if (bound === undefined) {
          throw refuse(
            `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
          );
        }
        return { operator: operator.kind === '>' ? 'gt' : 'lt', key, bound };
      }
      case 'identifier':
      case '!':
      case '(':
      case ')':
      case ',':
      case 'end':
        throw this.unexpected('in, notin, =, ==, !=, gt, lt', operator);
    }
  }

  private key(): string {
    const token = this.tokens.take('value');
    if (token.kind !== 'identifier') throw this.unexpected('identifier', token);
    const faults = qualifiedName(token.text);
    if (faults.length > 0) throw refuse(`<nil>: Invalid value: ${JSON.stringify(token.text)}: ${faults.join('; ')}`);
    return token.text;
  }

  private value(): string {
    if (this.atEnd()) return '';
    const token = this.tokens.take('value');
    if (token.kind !== 'identifier') throw this.unexpected('identifier', token);
    return token.text;
  }

  /** `(a,b)`; between commas, and at either end, nothing stands for the empty value. */
  private valueList(): readonly string[] {
    const open = this.tokens.take('value');
    if (open.kind !== '(') throw refuse(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      const token = this.tokens.peek('value');
      if (token.kind === 'identifier') values.push(this.tokens.take('value').text);
      else if (token.kind === ',' || token.kind === ')') values.push('');
      else throw this.unexpected("',', ')' or identifier");
      const separator = this.tokens.take('value');
      if (separator.kind === ')') return values;
      if (separator.kind !== ',') throw this.unexpected("',' or ')'", separator);
    }
  }

  private valid(key: string, values: readonly string[]): ReadonlySet<string> {
    for (const [index, value] of values.entries()) {
      const faults = labelValue(value);
      if (faults.length === 0) continue;
      throw refuse(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${faults.join('; ')}`);
    }
    return new Set(values);
  }

  private atEnd(): boolean {
    const { kind } = this.tokens.peek('value');
    return kind === ',' || kind === 'end';
  }

  private unexpected(expected: string, found: Token<TokenKind> = this.tokens.peek('value')): Error {
    return refuse(`found '${found.text}', expected: ${expected}`);
  }
}

const refuse = (why: string): Error => badRequest(`unable to parse requirement: ${why}`);

/** Selects every object. */
export const everyLabel: LabelSelector = parseLabelSelector('');
