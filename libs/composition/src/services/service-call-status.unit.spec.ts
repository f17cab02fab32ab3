import { describe, expect, it } from 'vitest';
import { SERVICE_CALL_FAILURES, ServiceCallError, wasNotBegun } from '#lib/remoting';
import { serviceCallStatus } from './service-call-status.js';

const told = (error: unknown) => serviceCallStatus(error)?.toStatus();

describe('what clients are told when a service cannot be asked', () => {
  it.each(SERVICE_CALL_FAILURES.filter((code) => wasNotBegun(new ServiceCallError(code, ''))))(
    'is to come back, where nothing was begun: %s',
    (code) => {
      const status = told(new ServiceCallError(code, 'connect ECONNREFUSED 192.0.2.7:7443'));
      expect(status).toMatchObject({ code: code === 'busy' ? 429 : 503, details: { retryAfterSeconds: 1 } });
      expect(status?.message).not.toContain('192.0.2.7');
    },
  );

  it.each(['timed-out', 'connection-lost', 'incomplete'] as const)(
    'is to look first, where it may have been done: %s',
    (code) => {
      const status = told(new ServiceCallError(code, ''));
      expect(status).toMatchObject({ code: 504, reason: 'Timeout' });
      expect(status?.details?.retryAfterSeconds).toBeUndefined();
    },
  );

  it('is that it is too large, where it is', () => {
    expect(told(new ServiceCallError('too-large', ''))).toMatchObject({ code: 413 });
  });

  it.each([new ServiceCallError('internal', ''), new ServiceCallError('cancelled', ''), new Error('anything')])(
    'is nothing in particular for %o',
    (error) => {
      expect(told(error)).toBeUndefined();
    },
  );
});
