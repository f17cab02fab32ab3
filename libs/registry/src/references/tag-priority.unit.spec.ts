import { expect, it } from 'vitest';
import { byTagPriority } from './tag-priority.js';

it('puts latest first, then minor versions, full versions and the rest', () => {
  const tags = [
    'zeta',
    '1.2.3',
    'v5.1',
    'latest',
    '5.1',
    'alpha',
    '5.1-rc1',
    'v1.2.3',
    '1.10.0',
    '6.0',
    '1.2.3-beta.1',
    '3',
  ];
  expect(byTagPriority(tags)).toEqual([
    'latest',
    '6.0',
    '5.1',
    'v5.1',
    '5.1-rc1',
    '1.10.0',
    '1.2.3',
    'v1.2.3',
    '1.2.3-beta.1',
    '3',
    'alpha',
    'zeta',
  ]);
});

it('takes what only resembles a version for an ordinary tag', () => {
  expect(byTagPriority(['vv1.2.3', '01.2', '5.1-rc.1', '=1.2.3', '1.2.3.4', '1.0'])).toEqual([
    '1.0',
    '01.2',
    '1.2.3.4',
    '5.1-rc.1',
    '=1.2.3',
    'vv1.2.3',
  ]);
});

it('leaves the list that it got alone', () => {
  const tags = ['b', 'a'];
  byTagPriority(tags);
  expect(tags).toEqual(['b', 'a']);
});
