/**
 * Changes request headers, response headers and the environment of programs by condition. The settings are chosen
 * once, when the path is first known, and hold for all three, whatever a rewrite makes of the request later.
 */
import { type ConfigOf, type KeyAndText, type ReadContext, stringMap } from '../config/directive.js';
import type { HeaderList } from '../http/header-list.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { LoadedModule } from '../plugin/loaded-module.js';
import type { RequestState } from '../plugin/request-state.js';

interface HeaderField {
  readonly name: string;
  readonly lowerName: string;
  readonly value: string;
}

const directives = {
  'setenv.add-request-header': stringMap({
    scope: 'connection',
    since: '1.4.1',
    entry: readHeader,
    doc: 'Request headers to add; a header that is there gets the value appended after a comma.',
    example: 'setenv.add-request-header = ( "X-Proxy" => "my-proxy" )',
  }),
  'setenv.add-response-header': stringMap({
    scope: 'connection',
    since: '1.4.1',
    entry: readHeader,
    doc: 'Response headers to add beside those that are there.',
    example: 'setenv.add-response-header = ( "X-Frame-Options" => "DENY" )',
  }),
  'setenv.add-environment': stringMap({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Variables for programs; one that is there gets the value appended after a comma.',
    example: 'setenv.add-environment = ( "TRAC_ENV" => "/srv/trac" )',
  }),
  'setenv.set-request-header': stringMap({
    scope: 'connection',
    since: '1.4.46',
    entry: readHeader,
    doc: 'Request headers to set in place of those that are there; an empty value removes one.',
    example: 'setenv.set-request-header = ( "X-Forwarded-Proto" => "https" )',
  }),
  'setenv.set-response-header': stringMap({
    scope: 'connection',
    since: '1.4.46',
    entry: readHeader,
    doc: 'Response headers to set in place of those that are there; an empty value removes one.',
    example: 'setenv.set-response-header = ( "Cache-Control" => "no-store" )',
  }),
  'setenv.set-environment': stringMap({
    scope: 'connection',
    since: '1.4.46',
    doc: 'Variables for programs, set in place of those that are there.',
    example: 'setenv.set-environment = ( "LANG" => "C.UTF-8" )',
  }),
};

type Config = ConfigOf<typeof directives>;

/** What mod_setenv keeps of a request: the settings chosen for it, and whether its environment has been made. */
interface Chosen {
  readonly config: Config;
  environmentMade: boolean;
}

export const modSetenv = defineModule({
  name: 'mod_setenv',
  directives,
  isUsed: (config) => Object.values(config).some((entries) => entries !== undefined && entries.length > 0),
  seesEveryRequest: true,
  start: ({ self }) => self,
  hooks: {
    uriClean: changeRequestHeaders,
    requestEnv: makeEnvironment,
    responseStart: changeResponseHeaders,
  },
  decidesOnly: true,
});

function changeRequestHeaders(request: RequestState, config: Config, self: LoadedModule): HandlerResult {
  if (request.moduleData[self.index] !== undefined) return HandlerResult.goOn;
  request.moduleData[self.index] = { config, environmentMade: false } satisfies Chosen;
  const added = config['setenv.add-request-header'];
  if (added !== undefined) for (const { name, value } of added) request.headers.append(name, value);
  setHeaders(request.headers, config['setenv.set-request-header']);
  return HandlerResult.goOn;
}

function makeEnvironment(request: RequestState, _config: Config, self: LoadedModule): void {
  const chosen = request.moduleData[self.index] as Chosen | undefined;
  if (chosen === undefined || chosen.environmentMade) return;
  chosen.environmentMade = true;
  const added = chosen.config['setenv.add-environment'];
  if (added !== undefined) for (const { key, value } of added) addVariable(request.env, key, value);
  const set: readonly KeyAndText[] | undefined = chosen.config['setenv.set-environment'];
  if (set !== undefined) for (const { key, value } of set) request.env.set(key, value);
}

function addVariable(env: Map<string, string>, name: string, value: string): void {
  const known = env.get(name);
  env.set(name, known === undefined || known === '' ? value : `${known}, ${value}`);
}

function changeResponseHeaders(request: RequestState, _config: Config, self: LoadedModule): HandlerResult {
  const chosen = request.moduleData[self.index] as Chosen | undefined;
  if (chosen === undefined) return HandlerResult.goOn;
  const added = chosen.config['setenv.add-response-header'];
  if (added !== undefined) {
    for (const { name, value } of added) if (value !== '') request.responseHeaders.insert(name, value);
  }
  setHeaders(request.responseHeaders, chosen.config['setenv.set-response-header']);
  return HandlerResult.goOn;
}

function setHeaders(headers: HeaderList, fields: readonly HeaderField[] | undefined): void {
  if (fields === undefined) return;
  for (const { name, lowerName, value } of fields) {
    if (value === '') headers.unset(lowerName);
    else headers.set(name, value);
  }
}

/** A line break in a value becomes a space, as in configurations that write long values over several lines. */
function readHeader(name: string, text: string, context: ReadContext): HeaderField {
  const value = text.replace(/[\t\r\n]/g, ' ').replace(/^ +| +$/g, '');
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]*$/.test(name) || /[\x00-\x1f\x7f]/.test(value)) {
    context.warn(
      `${context.key} has a character that headers cannot hold: "${name}: ${value}"`,
      'Leave it out of the name or the value.',
    );
  }
  return { name, lowerName: name.toLowerCase(), value };
}
