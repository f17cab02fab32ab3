import type { IncomingHttpHeaders } from 'node:http';

/** Whether a client takes answers that are compressed with gzip. Asked to see headers only, none is. */
export const acceptsGzip = ({
  method,
  headers,
}: {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}): boolean => {
  const accepted = headers['accept-encoding'];
  return accepted !== undefined && method !== 'HEAD' && namesGzip(accepted);
};

/** Quality 0 means that it is not wanted. */
const namesGzip = (header: string | readonly string[]): boolean =>
  String(header)
    .split(',')
    .some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)|$)/i.test(part));
