import { expect, it } from 'vitest';
import { EgressRules } from './egress-rules.js';

const url = (text: string) => new URL(text);

it('allows every registry without rules', () => {
  expect(new EgressRules().allows(url('https://registry.example.com'))).toBe(true);
});

it('knows hosts with and without port, and lets what is blocked win', () => {
  const rules = new EgressRules({ allowedHosts: ['*.example.com'], blockedHosts: ['bad.example.com', '*:5000'] });
  expect(rules.allows(url('https://good.example.com/v2/'))).toBe(true);
  expect(rules.allows(url('https://bad.example.com/v2/'))).toBe(false);
  expect(rules.allows(url('https://good.example.com:5000/v2/'))).toBe(false);
  expect(rules.allows(url('https://example.org/v2/'))).toBe(false);
});

it.each(['http://169.254.169.254/latest', 'http://[fe80::1]/', 'http://[::ffff:169.254.1.1]/', 'file:///etc/passwd'])(
  'never follows a registry to %s',
  (target) => {
    expect(new EgressRules().allowsPointer(url(target))).toBe(false);
  },
);
