import { ChannelLogs } from '../log/log-channel.js';
import { closeDebugger } from './early-signals.js';
import { Worker } from './worker.js';
import { logDescriptor } from './worker-process.js';

const worker = new Worker(new ChannelLogs(logDescriptor, (bytes) => worker.reportLostLines(bytes)));
process.on('message', (message, handle) => worker.receive(message as never, handle as never));
process.on('SIGTERM', () => worker.stop());
// without the supervisor nobody would stop this process, and its sockets would stay open
process.on('disconnect', () => process.exit(1));
closeDebugger();
