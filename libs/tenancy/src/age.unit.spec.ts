import { expect, it } from 'vitest';
import { ageOf } from './age.js';

it.each([
  [-5, '<invalid>'],
  [-1, '0s'],
  [119, '119s'],
  [120, '2m'],
  [185, '3m5s'],
  [600, '10m'],
  [3 * 3600, '3h'],
  [3 * 3600 + 61, '3h1m'],
  [47 * 3600, '47h'],
  [50 * 3600, '2d2h'],
  [9 * 86_400, '9d'],
  [800 * 86_400, '2y70d'],
  [9 * 365 * 86_400, '9y'],
])('shows %i seconds as %s', (seconds, shown) => {
  const creationTimestamp = '2026-03-01T10:00:00Z';
  const now = new Date(Date.parse(creationTimestamp) + seconds * 1000);
  expect(ageOf({ kind: 'X', apiVersion: 'v1', metadata: { name: 'x', creationTimestamp } }, now)).toBe(shown);
});
