import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { ConfigurationError } from '#lib/config';
import { messageForUser } from './run-process.js';

it('says what can be mended, and leaves everything else as it is', () => {
  const wrong = new ConfigurationError([{ where: 'listen', message: 'must be host:port' }]);
  expect(messageForUser(wrong)).toBe(wrong.message);
  expect(messageForUser(new TypeError('x is undefined'))).toBeUndefined();
  expect(messageForUser(undefined)).toBeUndefined();
});

it('says where it cannot listen, and why', async () => {
  const [first, second] = [createServer(), createServer()];
  first.listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port } = first.address() as AddressInfo;
  second.listen(port, '127.0.0.1');
  const [error] = (await once(second, 'error')) as [Error];
  expect(messageForUser(error)).toBe(`cannot listen on 127.0.0.1:${port}: something else listens there`);
  first.close();
});
