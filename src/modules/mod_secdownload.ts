/**
 * Serves files below a folder of their own to URLs that hold a code and a time: `/dl/CODE/HEX-TIME/path`. A program
 * that knows the secret makes such URLs; they end after `secdownload.timeout`. Runs once the path on disk is known,
 * and sets it. Gone from lighttpd since 1.4.68.
 */
import { createHash, createHmac } from 'node:crypto';
import { joinPath } from '../base/path.js';
import { sameSecret } from '../base/same-secret.js';
import { bool, type ConfigOf, int, type ReadContext, short, string } from '../config/directive.js';
import { answerError } from '../plugin/answer.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

interface CodeAlgorithm {
  /** Takes a URL path (without the prefix) apart: the code, `/` and the time, the time, and the path of the file. */
  readonly form: RegExp;
  readonly codeOf: (secret: string, protectedPath: string) => string;
  /** The spelling in which codes are compared. */
  readonly canonical: (code: string) => string;
}

const algorithms: Readonly<Record<string, CodeAlgorithm>> = {
  md5: { form: urlForm(32), codeOf: md5Code, canonical: (code) => code.toLowerCase() },
  'hmac-sha1': { form: urlForm(27), codeOf: hmacCode('sha1'), canonical: (code) => code },
  'hmac-sha256': { form: urlForm(43), codeOf: hmacCode('sha256'), canonical: (code) => code },
};

const directives = {
  'secdownload.secret': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.67',
    default: '',
    doc: 'The secret that codes are made with.',
    example: 'secdownload.secret = "a long random text"',
  }),
  'secdownload.document-root': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.67',
    default: '',
    doc: 'The folder of the protected files, outside of the document root.',
    example: 'secdownload.document-root = "/srv/protected"',
  }),
  'secdownload.uri-prefix': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.67',
    default: '',
    doc: 'The beginning of URLs that hold a code. Without it no codes are looked for.',
    example: 'secdownload.uri-prefix = "/dl/"',
  }),
  'secdownload.timeout': int({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.67',
    default: 60,
    doc: 'How many seconds before and after the time that it holds a URL is valid.',
    example: 'secdownload.timeout = 3600',
  }),
  'secdownload.algorithm': string({
    scope: 'connection',
    since: '1.4.38',
    until: '1.4.67',
    entry: readAlgorithm,
    doc: 'How codes are made: "md5", "hmac-sha1" or "hmac-sha256".',
    example: 'secdownload.algorithm = "hmac-sha256"',
  }),
  'secdownload.path-segments': short({
    scope: 'connection',
    since: '1.4.46',
    until: '1.4.67',
    default: 0,
    doc: 'How many segments of the path the code covers; what follows is free. 0: all.',
    example: 'secdownload.path-segments = 2',
  }),
  'secdownload.hash-querystr': bool({
    scope: 'connection',
    since: '1.4.46',
    until: '1.4.67',
    doc: 'Let the code cover the query string too.',
    example: 'secdownload.hash-querystr = "enable"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modSecdownload = defineModule({
  name: 'mod_secdownload',
  directives,
  isUsed: (config) => Boolean(config['secdownload.uri-prefix']),
  hooks: { physical: openProtectedPath },
  decidesOnly: true,
});

function openProtectedPath(request: RequestState, config: Config): HandlerResult {
  const prefix = config['secdownload.uri-prefix'];
  if (prefix === '' || request.handler !== null) return HandlerResult.goOn;
  const algorithm = config['secdownload.algorithm'];
  if (config['secdownload.secret'] === '') return refuseUnset(request, 'secdownload.secret');
  if (config['secdownload.document-root'] === '') return refuseUnset(request, 'secdownload.document-root');
  if (algorithm === undefined) return refuseUnset(request, 'secdownload.algorithm');

  const { path } = request.uri;
  if (!path.startsWith(prefix)) return HandlerResult.goOn;
  const parts = algorithm.form.exec(path.slice(prefix.length));
  if (parts === null) return HandlerResult.goOn;
  const [, code, time, file] = parts;
  const age = request.server.clock.epochSeconds - Number.parseInt(time, 16);
  // a URL that has ended never comes back
  if (Math.abs(age) > config['secdownload.timeout']) return answerError(request, 410);

  const expected = algorithm.codeOf(
    config['secdownload.secret'],
    coveredPart(request, config, `/${time}`, file),
  );
  if (!sameSecret(algorithm.canonical(code), expected)) {
    if (request.conf.logRequestHandling)
      request.conf.errorLog.debug('mod_secdownload.c', `mac invalid: ${path}`);
    return answerError(request, 403);
  }
  const { physical } = request;
  physical.docroot = config['secdownload.document-root'];
  physical.basedir = physical.docroot;
  physical.relPath = file;
  physical.path = joinPath(physical.docroot, file);
  return HandlerResult.goOn;
}

function refuseUnset(request: RequestState, key: string): HandlerResult {
  request.conf.errorLog.error('mod_secdownload.c', `${key} has to be set`);
  return answerError(request, 500);
}

/** What the code was made of: time, path, and the query where it counts. */
function coveredPart({ uri }: RequestState, config: Config, time: string, file: string): string {
  let end = 0;
  for (let count = config['secdownload.path-segments']; count > 0 && end >= 0; count--)
    end = file.indexOf('/', end + 1);
  const covered = time + (end > 0 ? file.slice(0, end) : file);
  return config['secdownload.hash-querystr'] && uri.query !== '' ? `${covered}?${uri.query}` : covered;
}

function urlForm(codeLength: number): RegExp {
  return new RegExp(`^([A-Za-z0-9_-]{${codeLength}})/([0-9A-Fa-f]{1,16})(/.*)$`, 's');
}

/** The first kind of code: here the time comes last, and without its slash. */
function md5Code(secret: string, protectedPath: string): string {
  const pathStart = protectedPath.indexOf('/', 1);
  const message = secret + protectedPath.slice(pathStart) + protectedPath.slice(1, pathStart);
  return createHash('md5').update(message, 'latin1').digest('hex');
}

function hmacCode(hashName: string): CodeAlgorithm['codeOf'] {
  return (secret, protectedPath) =>
    createHmac(hashName, Buffer.from(secret, 'latin1')).update(protectedPath, 'latin1').digest('base64url');
}

function readAlgorithm(name: string, context: ReadContext): CodeAlgorithm | undefined {
  if (Object.hasOwn(algorithms, name)) return algorithms[name];
  return context.fail(
    `invalid ${context.key}: "${name}"`,
    `Write one of ${Object.keys(algorithms)
      .map((known) => `"${known}"`)
      .join(', ')}.`,
  );
}
