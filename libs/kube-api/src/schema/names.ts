/**
 * A rule for object names: what is wrong with a name, nothing when it is good. With `prefix` the text is the start of a
 * name that will go on, as `generateName` is.
 */
export type NameRule = (name: string, prefix?: boolean) => readonly string[];

/** Longest name that any object may have, in bytes. */
export const MAX_NAME_LENGTH = 253;

/** A name that can stand between two slashes of a path. */
export const pathSegmentName: NameRule = (name, prefix = false) => {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%']
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`);
};

/** The name of a namespace or service. */
export const dns1123Label: NameRule = (name, prefix = false) =>
  faults(prefix ? withoutTrailingDash(name) : name, DNS_LABEL);

/** The name of most objects. */
export const dns1123Subdomain: NameRule = (name, prefix = false) =>
  faults(prefix ? withoutTrailingDash(name) : name, DNS_SUBDOMAIN);

/** The key of a label, annotation or finalizer: a name, or a DNS subdomain, a slash and a name. */
export function qualifiedName(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${described(QUALIFIED)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  return [
    ...(prefix === '' ? ['prefix part must be non-empty'] : []),
    ...(prefix ? dns1123Subdomain(prefix).map((fault) => `prefix part ${fault}`) : []),
    ...(name === '' ? ['name part must be non-empty'] : faults(name, QUALIFIED).map((fault) => `name part ${fault}`)),
  ];
}

/** The value of a label. */
export function labelValue(value: string): readonly string[] {
  return faults(value, LABEL_VALUE);
}

interface Form {
  readonly subject: string;
  readonly rule: string;
  readonly examples: readonly string[];
  /** Shown to callers; `matches` is the same, anchored. */
  readonly pattern: string;
  readonly matches: RegExp;
  readonly maxBytes: number;
}

const form = (subject: string, rule: string, examples: readonly string[], pattern: string, maxBytes: number): Form => ({
  subject,
  rule,
  examples,
  pattern,
  matches: new RegExp(`^(?:${pattern})$`),
  maxBytes,
});

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const ALPHANUMERIC =
  "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const DNS_LABEL = form(
  'a lowercase RFC 1123 label ',
  "must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  ['my-name', '123-abc'],
  LABEL,
  63,
);
const DNS_SUBDOMAIN = form(
  'a lowercase RFC 1123 subdomain ',
  "must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  ['example.com'],
  `${LABEL}(\\.${LABEL})*`,
  MAX_NAME_LENGTH,
);
const QUALIFIED = form('', `must ${ALPHANUMERIC}`, ['MyName', 'my.name', '123-abc'], NAME, 63);
const LABEL_VALUE = form(
  'a valid label ',
  `must be an empty string or ${ALPHANUMERIC}`,
  ['MyValue', 'my_value', '12345'],
  `(${NAME})?`,
  63,
);

function faults(text: string, wanted: Form): readonly string[] {
  const tooLong = Buffer.byteLength(text) > wanted.maxBytes;
  // Past its length a text is not matched: the patterns stay cheap whatever is sent.
  const matches = text.length <= 4 * MAX_NAME_LENGTH && wanted.matches.test(text);
  return [
    ...(tooLong ? [`must be no more than ${wanted.maxBytes} bytes`] : []),
    ...(matches ? [] : [`${wanted.subject}${described(wanted)}`]),
  ];
}

/** Kubernetes' wording, its double blank between examples included, since clients compare texts. */
function described({ rule, examples, pattern }: Form): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

/** A prefix may end with the dash that will separate it from what is generated. */
const withoutTrailingDash = (name: string): string =>
  name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name;
