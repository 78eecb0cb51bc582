import { type RequestOptions, request } from 'node:http';
import { request as requestTls } from 'node:https';
import type { ErrorLog } from '../log/error-log.js';
import type { Endpoint } from './endpoint.js';

const answerWithinMs = 5000;

/** Asks a backend again and again whether it is well. One that is not gets no requests until it is. */
export class HealthCheck {
  private readonly endpoint: Endpoint;
  private readonly path: string;
  private readonly interval: number;
  private readonly hostName: string;
  private readonly errorLog: ErrorLog;
  private nextAt = 0;
  private isAsking = false;
  private isStopped = false;

  /** `interval` in seconds; `hostName` for the Host field. */
  constructor(endpoint: Endpoint, path: string, interval: number, hostName: string, errorLog: ErrorLog) {
    this.endpoint = endpoint;
    this.path = path;
    this.interval = Math.max(1, interval);
    this.hostName = hostName;
    this.errorLog = errorLog;
  }

  /** Once a second; `now` in monotonic seconds. */
  tick(now: number): void {
    if (this.isAsking || now < this.nextAt) return;
    this.isAsking = true;
    this.nextAt = now + this.interval;
    this.ask();
  }

  stop(): void {
    this.isStopped = true;
  }

  private ask(): void {
    const { address, tls } = this.endpoint;
    const where =
      address.path === '' ? { host: address.host, port: address.port } : { socketPath: address.path };
    const options: RequestOptions = {
      ...where,
      path: this.path,
      headers: { Host: this.hostName, 'User-Agent': 'lighttpd-ts health check' },
      timeout: answerWithinMs,
      agent: false,
    };
    const asked = tls === null ? request(options) : requestTls({ ...options, ...tls });
    const conclude = (problem: string | null): void => {
      if (!this.isAsking) return;
      this.isAsking = false;
      asked.destroy();
      if (!this.isStopped) this.note(problem);
    };
    asked.on('response', ({ statusCode = 0 }) =>
      conclude(statusCode >= 200 && statusCode < 400 ? null : `the answer is ${statusCode}`),
    );
    asked.on('timeout', () => conclude(`no answer within ${answerWithinMs / 1000} s`));
    asked.on('error', (error) => conclude(error.message));
    asked.end();
  }

  private note(problem: string | null): void {
    const { endpoint, errorLog } = this;
    if (endpoint.isUnwell === (problem !== null)) return;
    endpoint.isUnwell = problem !== null;
    const text = problem === null ? 'is well again' : `gets no requests until it is well: ${problem}`;
    errorLog.error('gw_backend.c', `health check of ${endpoint.name}${this.path}: it ${text}`);
  }
}
