import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.js';
import { formatListenAddress, parseListenAddress } from './listen-address.js';

describe('a length of time', () => {
  it.each([
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['1s500ms', 1_500],
    ['0s', 0],
  ])('%s is %d milliseconds, and is written back so', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it.each(['', '15', 'm', '-1s', '1.5h', '30m1h', ' 1s', '9999999999s'])('is not "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('an address to listen on', () => {
  it.each(['127.0.0.1:8443', '[::]:0', 'localhost:65535'])('can be %s', (text) => {
    const address = parseListenAddress(text);
    expect(address && formatListenAddress(address)).toBe(text);
  });

  it.each(['', '8443', ':8443', '::1:8443', '[127.0.0.1]:1', '[x]:1', 'a b:1', 'https://a:1', 'a:65536', 'a:'])(
    'is not "%s"',
    (text) => {
      expect(parseListenAddress(text)).toBeUndefined();
    },
  );
});
