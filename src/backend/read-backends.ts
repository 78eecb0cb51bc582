import { lowerAscii } from '../base/ascii.js';
import type { Origin } from '../base/source-range.js';
import type { ReadContext } from '../config/directive.js';
import type { ArrayElement, ArrayValue } from '../config/tree.js';
import { type BackendSettings, backendOptions, withdrawnBackendOptions } from './backend-options.js';
import { ownBackendOptions } from './own-options.js';

/** One backend as configured. */
export interface Backend {
  /** Its name in the configuration; often empty. */
  readonly label: string;
  readonly settings: BackendSettings;
  /** Path of its unix socket; empty for TCP. */
  readonly socketPath: string;
  /** Name or address for TCP; empty for a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly sendfile: boolean;
  readonly origin: Origin;
}

/** The backends for requests that match a key: a path that starts with `/`, or a suffix. */
export interface BackendGroup {
  readonly key: string;
  readonly backends: readonly Backend[];
}

const allOptions = { ...backendOptions, ...ownBackendOptions };

const labelBytesMax = 128;
/** Of a unix socket's path: what `struct sockaddr_un` holds, less what lighttpd keeps for itself. */
const socketPathMax = 105;

const shape = '( "ext" => ( "label" => ( "key" => "value" ) ) )';

/** Reads the value of fastcgi.server and its like; undefined where something in it cannot be used. */
export function readBackends(array: ArrayValue, context: ReadContext): readonly BackendGroup[] | undefined {
  const groups = new Map<string, Backend[]>();
  let isUsable = true;
  for (const { key, value } of array.elements) {
    const backends = groups.get(key ?? '') ?? [];
    groups.set(key ?? '', backends);
    for (const element of value.type === 'array' ? value.elements : []) {
      const backend = readBackend(element, context);
      if (backend === undefined) isUsable = false;
      else backends.push(backend);
    }
  }
  return isUsable ? [...groups].map(([key, backends]) => ({ key, backends })) : undefined;
}

function readBackend({ key, value }: ArrayElement, context: ReadContext): Backend | undefined {
  const label = key ?? '';
  const isMap = value.type === 'array' && value.elements.every((element) => element.key !== null);
  if (!isMap || label.length > labelBytesMax) {
    const summary = `unexpected value for ${context.key} near [${label}]`;
    return context.fail(summary, `Write it as ${context.key} = ${shape}`, value.origin);
  }
  const settings = readOptions(value, context);
  return settings === undefined ? undefined : checkAddress(label, settings, value.origin, context);
}

function readOptions(array: ArrayValue, context: ReadContext): BackendSettings | undefined {
  const settings: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(allOptions)) settings[name] = option.default;
  let isUsable = true;
  for (const { key, value } of array.elements) {
    const name = lowerAscii(key ?? '');
    const option = (allOptions as Readonly<Record<string, (typeof allOptions)[keyof typeof allOptions]>>)[
      name
    ];
    if (option === undefined) {
      warnOfUnknown(name, context, value.origin);
      continue;
    }
    const read = option.read(value, optionContext(context, name, value.origin));
    if (read === undefined) isUsable = false;
    else settings[name] = read;
  }
  warnOfUseless(settings as unknown as BackendSettings, array, context);
  return isUsable ? (settings as unknown as BackendSettings) : undefined;
}

/** Options of ours that the protocol of the directive has no use for, and those that want another. */
function warnOfUseless(settings: BackendSettings, { elements }: ArrayValue, context: ReadContext): void {
  const isProxy = context.key === 'proxy.server';
  for (const { key, value } of elements) {
    const name = lowerAscii(key ?? '');
    const isUsed =
      !Object.hasOwn(ownBackendOptions, name) ||
      isProxy ||
      name === 'retry' ||
      (name.startsWith('keep-alive') && context.key === 'fastcgi.server');
    if (!isUsed)
      context.warn(`"${name}" has no effect in ${context.key}`, 'It can be taken out', value.origin);
    else if (name.startsWith('tls-') && !settings.tls)
      context.warn(`"${name}" has no effect`, 'Set "tls" => "enable"', value.origin);
  }
}

/** Problems are shown at the option, not at the directive that holds it. */
function optionContext(context: ReadContext, name: string, origin: Origin): ReadContext {
  return {
    ...context,
    key: name,
    origin,
    fail: (summary, detail, at) => context.fail(summary, detail, at ?? origin),
    warn: (summary, detail, at) => context.warn(summary, detail, at ?? origin),
  };
}

function warnOfUnknown(name: string, context: ReadContext, origin: Origin): void {
  const withDashes = name.replaceAll('_', '-');
  const until = withdrawnBackendOptions[name];
  if (until !== undefined)
    context.warn(`"${name}" has no effect`, `lighttpd read it up to ${until}; it can be taken out`, origin);
  else if (withDashes !== name && withDashes in allOptions)
    context.warn(`"${name}" has an underscore and no effect`, `Write "${withDashes}"`, origin);
  else context.warn(`unknown option "${name}" in ${context.key}`, 'It has no effect', origin);
}

function checkAddress(
  label: string,
  settings: BackendSettings,
  origin: Origin,
  context: ReadContext,
): Backend | undefined {
  const { host, port, socket } = settings;
  const binPath = settings['bin-path'];
  if ((host !== '' || port !== 0) && socket !== '')
    return context.fail(
      `a backend in ${context.key} has both a socket and a host or port`,
      'Leave "socket" or "host" and "port" out',
      origin,
    );
  const socketPath = socket === '' && host.startsWith('/') ? host : socket;
  if (socketPath.length > socketPathMax)
    return context.fail(
      `the path of a unix socket in ${context.key} is too long`,
      `It may have ${socketPathMax} bytes`,
      origin,
    );
  if (socketPath === '' && host === '' && binPath === '')
    return context.fail(
      `a backend in ${context.key} has no address`,
      'Set "host", "socket" or "bin-path"',
      origin,
    );
  const isTcp = socketPath === '';
  return {
    label,
    settings,
    socketPath,
    host: isTcp ? host || '127.0.0.1' : '',
    port: isTcp ? port || 80 : 0,
    sendfile: settings['x-sendfile'] || settings['allow-x-send-file'],
    origin,
  };
}
