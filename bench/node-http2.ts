// The server of Node.js itself, for `npm run bench -- --only http2`: one file from memory, over HTTP/2.
//
//   node dist/bench/node-http2.js PORT FILE [PEM]
import { readFileSync } from 'node:fs';
import { createSecureServer, createServer, type ServerHttp2Stream } from 'node:http2';

const [port, file, pem] = process.argv.slice(2);
const body = readFileSync(file ?? '');
const answer = (stream: ServerHttp2Stream): void => {
  stream.respond({ ':status': 200, 'content-type': 'text/html', 'content-length': body.length });
  stream.end(body);
};
const credentials = pem === undefined ? null : readFileSync(pem);
const server =
  credentials === null ? createServer() : createSecureServer({ key: credentials, cert: credentials });
server.on('stream', answer);
server.listen(Number(port), '127.0.0.1');
