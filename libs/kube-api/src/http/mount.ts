import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiServer } from '../serving/api-server.js';
import { ApiError } from '../status.js';
import { clientCertificateOf } from './client-certificate.js';
import { discardBody } from './discard-body.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/**
 * Lets an API server answer everything that Fastify has no route of its own for.
 *
 * Bodies are taken as bytes: what they mean depends on the resource. Answers are written by the API server itself.
 */
export function mountApiServer(fastify: FastifyInstance, server: ApiServer): void {
  // In a scope of its own, so that the routes of others keep their parsers and error handler.
  void fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    scope.setErrorHandler(refuseUnreadable);
    scope.route({
      method: [...METHODS],
      url: '/*',
      handler: async (request, reply) => {
        await answer(server, request, reply);
        return reply;
      },
    });
    done();
  });
}

/** Refuses what Fastify cannot read, as a Kubernetes client expects it. Also for its option `frameworkErrors`. */
export function refuseUnreadable(
  error: { statusCode?: number; message: string },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { code, body } = refusal(error);
  reply.code(code).header('content-type', 'application/json');
  if (code !== 413) void reply.send(body);
  else void discardBody(request.raw).then(() => reply.send(body));
}

async function answer(server: ApiServer, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.hijack();
  const { raw } = request;
  const url = raw.url ?? '/';
  const question = url.indexOf('?');
  const requestId = requestIdOf(request);
  reply.raw.setHeader('audit-id', requestId);
  await server.serve(
    {
      method: raw.method ?? 'GET',
      path: question < 0 ? url : url.slice(0, question),
      query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
      headers: raw.headers,
      get distinctHeaders() {
        return raw.headersDistinct;
      },
      clientCertificate: clientCertificateOf(raw.socket),
      body: request.body as Buffer | undefined,
      sourceAddress: raw.socket.remoteAddress ?? '',
      requestId,
    },
    reply.raw,
  );
}

/** The id that a client gave its request, if it is one that can be logged; else a new one. */
function requestIdOf({ raw }: FastifyRequest): string {
  const given = raw.headers['x-request-id'] ?? raw.headers['audit-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What Fastify refuses before the API server sees it: bodies that are too large, and paths that cannot be read. */
function refusal({ statusCode = 500, message }: { statusCode?: number; message: string }): {
  code: number;
  body: string;
} {
  const error =
    statusCode === 413
      ? new ApiError('RequestEntityTooLarge', 'the request is too large: its body is longer than this server accepts')
      : statusCode < 500
        ? new ApiError('BadRequest', `the request cannot be read: ${message}`, {}, statusCode)
        : new ApiError('InternalError', 'Internal error occurred: unexpected error; the log has it');
  return { code: error.code, body: JSON.stringify(error.toStatus()) };
}
