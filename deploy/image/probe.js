// Asks a process of Tagline on this machine whether it is ready: node probe.js https://127.0.0.1:8443/readyz
// Exits with 0 where it says so. The image has no curl, and needs none.
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { connect } from 'node:net';

const TIMEOUT_MS = 4_000;

const url = new URL(process.argv[2] ?? 'https://127.0.0.1:8443/readyz');

/** @param {unknown} why */
function fail(why) {
  process.stderr.write(`${url.href}: ${String(why)}\n`);
  process.exit(1);
}

setTimeout(() => fail('no answer in time'), TIMEOUT_MS).unref();

// Whether a certificate is trusted is for clients to ask, who come by its names; this comes by the loopback address.
const answered = (response) => (response.statusCode === 200 ? process.exit(0) : fail(response.statusCode));
if (url.protocol === 'tcp:') {
  connect(Number(url.port), url.hostname, () => process.exit(0)).on('error', fail);
} else if (url.protocol === 'http:') {
  getHttp(url, answered).on('error', fail);
} else {
  getHttps(url, { rejectUnauthorized: false }, answered).on('error', fail);
}
