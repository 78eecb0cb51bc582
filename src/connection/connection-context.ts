import type { Lifecycle } from '../lifecycle/lifecycle.js';
import { RequestPool } from '../lifecycle/request-pool.js';
import type { ServerContext } from '../plugin/server-context.js';
import { speaks } from '../plugin/tls.js';
import { KnownHeads } from './h1/known-heads.js';
import { HeadLines } from './h1/read-head.js';
import { ResponseBlocks } from './h2/response-block.js';
import type { HandOver } from './hand-over.js';
import { OutputBatch } from './output-batch.js';
import { ReadBuffers } from './read-buffers.js';
import { BodyFraming } from './request-fields.js';
import { ServerTraffic } from './traffic-limit.js';
import { WriteTurns } from './write-turns.js';

const readBufferSize = 65536;

/** What all connections of a worker share. */
export class ConnectionContext {
  readonly server: ServerContext;
  readonly lifecycle: Lifecycle;
  readonly requests: RequestPool;
  readonly output = new OutputBatch();
  readonly lines = new HeadLines();
  readonly knownHeads = new KnownHeads();
  readonly framing = new BodyFraming();
  readonly responseBlocks = new ResponseBlocks();
  readonly buffers = new ReadBuffers();
  readonly traffic = new ServerTraffic();
  readonly turns = new WriteTurns();
  /** Every socket is read into this one buffer: copy what must outlive the read event. */
  readonly readBuffer = Buffer.allocUnsafeSlow(readBufferSize);
  /** `server.h2proto` and `server.h2c`: is HTTP/2 spoken, and may HTTP/1.1 change to it? */
  readonly speaksHttp2: boolean;
  readonly upgradesToHttp2: boolean;
  /** Set while the server stops or gives way to a newer one: each answer closes its connection. */
  closing = false;
  /** Set while the worker gives way to newer ones: connections go there after their answer. */
  handOver: HandOver | null = null;

  constructor(server: ServerContext, lifecycle: Lifecycle) {
    this.server = server;
    this.lifecycle = lifecycle;
    this.requests = new RequestPool(server);
    this.speaksHttp2 = speaks('h2', server.features);
    this.upgradesToHttp2 = this.speaksHttp2 && server.features.bool('server.h2c', false);
  }
}
