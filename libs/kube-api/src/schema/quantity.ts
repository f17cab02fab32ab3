/** An amount, exactly: Kubernetes counts down to a billionth. */
export interface Quantity {
  /** In billionths. */
  readonly nanos: bigint;
  /** The one way in which the amount is written: `1k` and not `1000`, `512Mi` and not `0.5Gi`. */
  readonly text: string;
}

type Notation = 'decimal' | 'binary' | 'exponent';

/**
 * Reads a quantity as Kubernetes defines it: a number with a decimal suffix (`m`, `k`, `M` …), a binary one (`Ki`, `Mi` …)
 * or an exponent.
 *
 * @returns a string that says why it is none, in the words of Kubernetes.
 */
export function parseQuantity(text: string): Quantity | string {
  const [, sign = '', whole = '', fraction = '', suffix = ''] = FORM.exec(text) ?? [];
  if (text.length > MAX_LENGTH || (whole === '' && fraction === '')) return FORMAT_WRONG;
  const scale = scaleOf(suffix);
  if (scale === undefined) return "unable to parse quantity's suffix";
  const digits = BigInt(whole + fraction) * scale.times * 10n ** 9n;
  const divisor = 10n ** BigInt(fraction.length) * scale.parts;
  // What is smaller than a billionth is rounded away from zero.
  const magnitude = (digits + divisor - 1n) / divisor;
  return quantityOf(sign === '-' ? -magnitude : magnitude, scale.notation);
}

/** A whole number of bytes as a quantity. */
export const byteQuantity = (bytes: number): Quantity => quantityOf(BigInt(Math.trunc(bytes)) * 10n ** 9n, 'binary');

/** A whole number of things as a quantity. */
export const countQuantity = (count: number): Quantity => quantityOf(BigInt(count) * 10n ** 9n, 'decimal');

/** Longer numbers mean nothing, and would take long to work out. */
const MAX_LENGTH = 64;

const FORM = /^([+-]?)([0-9]*)\.?([0-9]*)([eEinumkKMGTP]*[-+]?[0-9]*)$/;

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** The suffix that stands for one. */
const ONE = DECIMAL_SUFFIXES.indexOf('');

const MAX_EXPONENT = 30;

interface Scale {
  readonly notation: Notation;
  readonly times: bigint;
  readonly parts: bigint;
}

function scaleOf(suffix: string): Scale | undefined {
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix);
  if (decimal >= 0) return { notation: 'decimal', ...power(10n, 3 * (decimal - ONE)) };
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary >= 0) return { notation: 'binary', ...power(1024n, binary) };
  const exponent = /^[eE]([-+]?[0-9]{1,2})$/.exec(suffix)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) > MAX_EXPONENT) return undefined;
  return { notation: 'exponent', ...power(10n, Number(exponent)) };
}

const power = (base: bigint, exponent: number): { times: bigint; parts: bigint } =>
  exponent >= 0 ? { times: base ** BigInt(exponent), parts: 1n } : { times: 1n, parts: base ** BigInt(-exponent) };

function quantityOf(nanos: bigint, notation: Notation): Quantity {
  return { nanos, text: written(nanos, notation) };
}

function written(nanos: bigint, notation: Notation): string {
  if (nanos === 0n) return '0';
  if (notation === 'binary' && nanos % 10n ** 9n === 0n) {
    const whole = nanos / 10n ** 9n;
    if (whole >= 1024n || whole <= -1024n) {
      const [number, steps] = reduced(whole, 1024n, BINARY_SUFFIXES.length - 1);
      return `${number}${BINARY_SUFFIXES[steps] ?? ''}`;
    }
  }
  const [number, steps] = reduced(nanos, 1000n, DECIMAL_SUFFIXES.length - 1);
  if (notation !== 'exponent') return `${number}${DECIMAL_SUFFIXES[steps] ?? ''}`;
  return steps === ONE ? `${number}` : `${number}e${3 * (steps - ONE)}`;
}

/** Takes out as many factors as there are suffixes for. */
function reduced(value: bigint, factor: bigint, most: number): [number: bigint, steps: number] {
  let [number, steps] = [value, 0];
  while (steps < most && number % factor === 0n) {
    number /= factor;
    steps++;
  }
  return [number, steps];
}
