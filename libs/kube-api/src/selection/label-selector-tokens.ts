export type TokenKind = 'identifier' | 'in' | 'notin' | '=' | '==' | '!=' | '>' | '<' | '!' | '(' | ')' | ',' | 'end';

export interface Token<K extends TokenKind> {
  readonly kind: K;
  readonly text: string;
}

/** Where a token stands: `in` and `notin` are words like others where a value may stand. */
type Place = 'value' | 'operator';

const BLANK = /[ \t\r\n]*/y;
const SYMBOL = /==|!=|[=><!(),]/y;
const WORD = /[^ \t\r\n=!(),><]+/y;

/** A label selector in pieces, read one after the other. */
export class LabelSelectorTokens {
  private at = 0;

  constructor(private readonly text: string) {}

  take(place: Place): Token<TokenKind> {
    const { token, end } = this.read(place);
    this.at = end;
    return token;
  }

  peek(place: Place): Token<TokenKind> {
    return this.read(place).token;
  }

  private read(place: Place): { readonly token: Token<TokenKind>; readonly end: number } {
    const start = this.at + (this.match(BLANK, this.at)?.length ?? 0);
    const symbol = this.match(SYMBOL, start);
    if (symbol !== undefined) return { token: { kind: symbol as TokenKind, text: symbol }, end: start + symbol.length };
    const word = this.match(WORD, start);
    if (word === undefined) return { token: { kind: 'end', text: '' }, end: start };
    const kind = place === 'operator' && (word === 'in' || word === 'notin') ? word : 'identifier';
    return { token: { kind, text: word }, end: start + word.length };
  }

  private match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.text)?.[0];
  }
}
