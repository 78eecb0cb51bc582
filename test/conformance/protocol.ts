import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { ExchangeOptions, ExchangeResult } from '../helpers/exchange.js';
import { exchangeOverHttp2 } from './over-http2.js';

/** How a suite's requests travel. The suites were recorded over HTTP/1 in the clear. */
export interface Protocol {
  /** Makes what the server needs in the folder, and gives the lines that its configuration gets. */
  prepare(root: string): readonly string[];
  readonly tls?: ConnectionOptions;
  /** How requests are sent, where that is not as they stand; null where a case is about HTTP/1.x itself. */
  readonly exchange?: (options: ExchangeOptions) => Promise<ExchangeResult | null>;
  /** Takes out of a text, recorded or seen, what differs by the protocol alone. */
  takeBack(text: string): string;
}

const plain: Protocol = { prepare: () => [], takeBack: (text) => text };

const overTls: Protocol = {
  prepare: (root) => {
    const [key, certificate, pem] = ['tls.key', 'tls.crt', 'tls.pem'].map((name) => join(root, name));
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const files = ['-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', certificate];
    execFileSync('openssl', [...request, ...files], { stdio: 'ignore' });
    for (const file of [key, certificate]) appendFileSync(pem, readFileSync(file));
    return ['ssl.engine = "enable"', `ssl.pemfile = "${pem}"`];
  },
  tls: {},
  takeBack: (text) =>
    text
      .replaceAll(/https(?=:|\b.{0,3}REQUEST_URI)|(?<=REQUEST_SCHEME=|proto=|Proto: )https/g, 'http')
      .replaceAll(/HTTPS=on(?:\n|\\n)|SSL_(?:PROTOCOL|CIPHER[A-Z_]*)=[^\n\\]*(?:\n|\\n)/g, ''),
};

const withoutHttp2 = (text: string): string =>
  text
    .replaceAll('HTTP/2.0', 'HTTP/1.1')
    .replaceAll(/HTTP_(?:CONNECTION|KEEP_ALIVE)=[^\n\\]*(?:\n|\\n)/g, '')
    .replaceAll(/"(?:connection|transfer-encoding|keep-alive)":"[^"]*",?/g, '');
const http2: Protocol = { prepare: () => [], exchange: exchangeOverHttp2, takeBack: withoutHttp2 };
const http2OverTls: Protocol = {
  ...overTls,
  exchange: exchangeOverHttp2,
  takeBack: (text) => withoutHttp2(overTls.takeBack(text)),
};

/** By the names of the runner's `--protocol`. */
export const protocols: Readonly<Record<string, Protocol>> = {
  h1: plain,
  h1s: overTls,
  h2c: http2,
  h2s: http2OverTls,
};
