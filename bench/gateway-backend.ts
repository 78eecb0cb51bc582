// A fast HTTP server and a fast FastCGI program, for the bench of gateways: each answers every request with a few bytes, and
// leaves connections open where it is asked to. Prints the two ports.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

const text = 'hello from a backend\n';
const headEnd = '\r\n\r\n';
const record = { begin: 1, end: 3, stdin: 5, stdout: 6 };
const recordHeadBytes = 8;

function httpAnswer(keepsOpen: boolean): string {
  const connection = keepsOpen ? '' : 'Connection: close\r\n';
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n${connection}\r\n${text}`;
}

function serveHttp(socket: Socket): void {
  let input = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    input += bytes.toString('latin1');
    for (let end = input.indexOf(headEnd); end >= 0; end = input.indexOf(headEnd)) {
      const head = input.slice(0, end);
      input = input.slice(end + headEnd.length);
      const keepsOpen = !/^connection: *close/im.test(head);
      socket.write(httpAnswer(keepsOpen));
      if (!keepsOpen) socket.end();
    }
  });
}

function recordOf(type: number, content: Buffer): Buffer {
  const head = [1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0];
  return Buffer.concat([Buffer.from(head), content]);
}

const fastcgiAnswer = Buffer.concat([
  recordOf(record.stdout, Buffer.from(`Content-Type: text/plain${headEnd}${text}`)),
  recordOf(record.stdout, Buffer.alloc(0)),
  recordOf(record.end, Buffer.alloc(recordHeadBytes)),
]);

function serveFastcgi(socket: Socket): void {
  let input = Buffer.alloc(0);
  let keepsOpen = false;
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    input = input.length === 0 ? bytes : Buffer.concat([input, bytes]);
    while (input.length >= recordHeadBytes) {
      const length = input.readUInt16BE(4);
      const end = recordHeadBytes + length + input[6];
      if (input.length < end) return;
      if (input[1] === record.begin) keepsOpen = (input[10] & 1) === 1;
      if (input[1] === record.stdin && length === 0) {
        socket.write(fastcgiAnswer);
        if (!keepsOpen) socket.end();
      }
      input = input.subarray(end);
    }
  });
}

function listen(serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on('end', () => socket.end());
    serve(socket);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', 4096, () => resolve(server)));
}

const ports = (await Promise.all([listen(serveHttp), listen(serveFastcgi)])).map(
  (server) => (server.address() as AddressInfo).port,
);
console.log(ports.join(' '));
