import * as net from 'node:net';
import { TicketSeed } from '../base/ticket-seed.js';
import { useLinearPatterns } from '../config/linear-patterns.js';
import { readConfiguration } from '../config/read.js';
import type { ConfigTree } from '../config/tree.js';
import type { AdoptedState, ConnectionHandle } from '../connection/adopted-state.js';
import { renderText } from '../diagnostics/render-text.js';
import { KeptFiles } from '../files/kept-files.js';
import type { ChannelLogs } from '../log/log-channel.js';
import {
  type CheckedConfiguration,
  checkConfiguration,
  restartDirectives,
} from '../modules/check-configuration.js';
import { NameProofs } from '../plugin/name-proofs.js';
import type { ServerCounters } from '../plugin/server-context.js';
import { planListening } from './listen-address.js';
import { logNames } from './log-names.js';
import type { ConfigOrder, FromWorker, GenerationPlan, ToWorker } from './messages.js';
import { becomeForever } from './privileges.js';
import { ServerInstance } from './server-instance.js';
import { WorkerFailure } from './worker-process.js';
import { WorkerPrograms } from './worker-programs.js';
import { WorkerStatus } from './worker-status.js';

const stopWithinMs = 3000;

/** `process.send` with the callback that its types leave out. */
interface SendingProcess {
  send(message: FromWorker, handle: unknown, options: object, sent: () => void): void;
}

/** One worker, as it sees itself: it reads or takes a configuration, starts, accepts, retires, ends. */
export class Worker {
  private readonly logs: ChannelLogs;
  private readonly keptFiles = new KeptFiles();
  private readonly proofs = new NameProofs();
  private readonly programs = new WorkerPrograms((message) => this.send(message));
  private checked: CheckedConfiguration | null = null;
  private tree: ConfigTree | null = null;
  private instance: ServerInstance | null = null;
  private status: WorkerStatus | null = null;
  private readonly sockets: Extract<ToWorker, { type: 'socket' }>[] = [];
  private readonly handles: ConnectionHandle[] = [];
  /** What to do once each connection that is on its way has arrived. */
  private readonly handedOver: (() => void)[] = [];
  private reported = '';
  private isStopping = false;

  constructor(logs: ChannelLogs) {
    this.logs = logs;
    // no request may stop the worker by a pattern that backtracks without end
    useLinearPatterns();
  }

  /** Messages come one by one; each that asks for something is answered once. */
  receive(message: ToWorker, handle: ConnectionHandle | undefined): void {
    this.act(message, handle).catch((error) => {
      const problems = error instanceof WorkerFailure ? error.problems : [(error as Error).message];
      this.send({ type: 'failed', problems });
    });
  }

  reportLostLines(bytes: number): void {
    this.instance?.context.errorLog.error(
      'fdlog_maint.c',
      `${bytes} bytes of log lines were lost: the supervisor was too slow`,
    );
  }

  private async act(message: ToWorker, handle: ConnectionHandle | undefined): Promise<void> {
    switch (message.type) {
      case 'read':
      case 'plan':
      case 'take':
        return this.plan(message);
      case 'start':
        return this.start(message);
      case 'socket':
        this.sockets.push(message);
        this.handles.push(handle as ConnectionHandle);
        return;
      case 'accept':
        return this.accept();
      case 'connection':
        // the client may have gone on the way
        if (handle !== undefined) this.instance?.acceptor.adopt(handle, message.state);
        this.send({ type: 'adopted' });
        return;
      case 'handed-over':
        this.handedOver.shift()?.();
        return;
      case 'retire':
        return this.retire();
      case 'finish':
        return this.finish();
      case 'file':
        this.keptFiles.replace(message.name, Buffer.from(message.content));
        return;
      case 'prove':
        this.proofs.replace(message.proofs);
        return;
      case 'programs':
        this.programs.receive(message.id, message.states);
        return;
      case 'reopen-logs':
        this.logs.reopen();
        for (const notice of this.instance?.lifecycle.slots.sighup ?? []) notice();
        return;
      case 'tell-status':
        this.send({ type: 'status', figures: this.status?.own() ?? null });
        return;
      case 'status':
        this.status?.receive(message.others);
        return;
      case 'stop':
        return this.stop();
    }
  }

  private async plan(order: ConfigOrder): Promise<void> {
    const { tree, warnings } = order.type === 'read' ? read(order) : { ...order, warnings: [] };
    const checked = await checkConfiguration(tree, order.moduleDir);
    const { diagnostics, server, modules } = checked;
    const texts = [...warnings, ...diagnostics.items.map(renderText)];
    if (diagnostics.hasErrors) throw new WorkerFailure(texts);
    const listening = order.type === 'take' ? { tree, addresses: [] } : await planListening(checked);
    this.checked = checked;
    this.keptFiles.read(checked.keptFiles);
    this.tree = listening.tree;
    const { features: _, ...plainServer } = server;
    const moduleNames = modules.map(({ definition }) => definition.name);
    const plan: GenerationPlan = {
      ...listening,
      server: plainServer,
      keptFiles: checked.keptFiles,
      logNames: logNames(tree, moduleNames, server.errorlogUseSyslog),
      restartKeys: restartDirectives(),
      warnings: texts,
    };
    this.send({ type: 'plan', plan });
  }

  private start({ identity, maxFds, ticketSeed, proofs }: Extract<ToWorker, { type: 'start' }>): void {
    this.proofs.replace(proofs);
    if (identity !== null) becomeForever(identity);
    process.chdir('/');
    this.instance = new ServerInstance(this.checked!, this.tree!, this.logs, {
      keptFiles: this.keptFiles,
      proofs: this.proofs,
      programs: this.programs,
      ticketSeed: new TicketSeed(ticketSeed, Date.now() / 1000),
      fdsMax: maxFds,
    });
    this.status = new WorkerStatus(this.instance.context, () => this.send({ type: 'ask-status' }));
    this.instance.run();
    setInterval(() => this.reportCounters(), 1000).unref();
    this.send({ type: 'started' });
  }

  private async accept(): Promise<void> {
    const { acceptor } = this.instance!;
    for (const { address } of this.sockets) {
      const { token, host, port, settings } = address;
      const server = net.createServer();
      await listen(server, this.handles.shift()!, settings.listenBacklog);
      acceptor.attach(server, { token, address: host, port, isTls: settings.isTls });
    }
    this.sockets.length = 0;
    this.send({ type: 'accepting' });
  }

  private retire(): void {
    const { acceptor } = this.instance!;
    const onTheirWay = new Set<Promise<void>>();
    const send = (state: AdoptedState, handle: ConnectionHandle): Promise<void> => {
      const sent = new Promise<void>((resolve) => {
        this.handedOver.push(resolve);
        this.send({ type: 'connection', state }, handle, () => handle.close());
      });
      onTheirWay.add(sent);
      return sent.finally(() => onTheirWay.delete(sent));
    };
    acceptor.giveWay(send, () => this.send({ type: 'retired' }));
    acceptor
      .whenEmpty()
      .then(() => Promise.all(onTheirWay))
      .then(() => this.stop());
  }

  private finish(): void {
    const { acceptor } = this.instance!;
    acceptor.stopAccepting();
    acceptor.closeGracefully();
    acceptor.whenEmpty().then(() => this.stop());
  }

  /** Ends the process, with all log lines delivered. */
  async stop(): Promise<void> {
    if (this.isStopping) return;
    this.isStopping = true;
    setTimeout(() => process.exit(1), stopWithinMs);
    this.instance?.acceptor.stopAccepting();
    this.instance?.acceptor.destroy();
    await this.instance?.stop();
    this.reportCounters();
    await this.logs.close();
    process.exit(0);
  }

  private reportCounters(): void {
    const counters: ServerCounters | undefined = this.instance?.context.counters;
    const text = JSON.stringify(counters);
    if (counters === undefined || text === this.reported) return;
    this.reported = text;
    this.send({ type: 'counters', counters });
  }

  private send(message: FromWorker, handle?: unknown, sent?: () => void): void {
    const channel = process as unknown as SendingProcess;
    if (process.connected) channel.send(message, handle, {}, () => sent?.());
  }
}

function read({ configFile, processId }: Extract<ConfigOrder, { type: 'read' }>): {
  tree: ConfigTree;
  warnings: readonly string[];
} {
  const { tree, diagnostics } = readConfiguration(configFile, { processId });
  const texts = diagnostics.items.map(renderText);
  if (tree === null || diagnostics.hasErrors) throw new WorkerFailure(texts);
  return { tree, warnings: texts };
}

/** Accepts from a socket that is bound already, and shared with other workers. */
function listen(server: net.Server, handle: ConnectionHandle, backlog: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(handle, backlog, () => resolve());
  });
}
