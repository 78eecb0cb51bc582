/**
 * mod_status: shows what the server is doing, as a page, as text, as JSON and for Prometheus; what it is made of; and
 * what its modules have counted. Runs once the path is decoded.
 */
import { bool, type ConfigOf, string } from '../../config/directive.js';
import { defineModule, type StartContext } from '../../plugin/define-module.js';
import { HandlerResult, type MaybeAsync } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { ServerContext } from '../../plugin/server-context.js';
import { type StatusFigures, type StatusService, statusService } from '../../plugin/status-figures.js';
import { configPage } from './config-page.js';
import { LocalFigures } from './local-figures.js';
import { statusPage } from './status-page.js';
import { countersText, metricsText, statusJson, statusText } from './text-pages.js';

const directives = {
  'status.status-url': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The URL path of the page on load and connections; "?auto" and "?json" are for programs. Empty: none.',
    example: 'status.status-url = "/server-status"',
  }),
  'status.config-url': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The URL path of the page on version and modules. Empty: none.',
    example: 'status.config-url = "/server-config"',
  }),
  'status.statistics-url': string({
    scope: 'connection',
    since: '1.4.9',
    default: '',
    doc: 'The URL path of the page on the counters of modules. Empty: none.',
    example: 'status.statistics-url = "/server-counters"',
  }),
  'status.enable-sort': bool({
    scope: 'connection',
    since: '1.4.1',
    default: true,
    doc: 'Let the table of connections be sorted in the browser, and draw a chart; disabled: a page without scripts.',
    example: 'status.enable-sort = "enable"',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  readonly local: LocalFigures;
  /** The path of the page for Prometheus (feature flag `status.metrics-url`); empty: none. */
  readonly metricsUrl: string;
}

export const modStatus = defineModule({
  name: 'mod_status',
  directives,
  start,
  hooks: { uriClean: answerStatus, trigger: ({ local }) => local.sample() },
  explain: ({ uri, server }, config) => {
    const pages = [config['status.status-url'], config['status.config-url'], config['status.statistics-url']];
    const isPage = uri.path !== '' && [...pages, metricsUrl(server)].includes(uri.path);
    return isPage ? [{ text: 'answers with a status page', origin: null, takes: true }] : [];
  },
});

function start({ server }: StartContext<Config>): State {
  const local = new LocalFigures(server);
  server.services.set(statusService.local, local);
  return { local, metricsUrl: metricsUrl(server) };
}

function metricsUrl({ features }: ServerContext): string {
  return features.text('status.metrics-url', '');
}

function answerStatus(request: RequestState, config: Config, state: State): MaybeAsync<HandlerResult> {
  const { path } = request.uri;
  if (request.handler !== null || path === '') return HandlerResult.goOn;
  switch (path) {
    case config['status.status-url']:
      return withFigures(request, state, (figures) => answerWithStatus(request, config, figures));
    case config['status.config-url']:
      return answer(request, 'text/html', configPage(request.conf.serverTag, moduleNames(request.server)));
    case config['status.statistics-url']:
      return withFigures(request, state, (figures) => {
        const counters = countersText(figures);
        return answer(request, 'text/plain', counters, counters === '' ? 204 : 200);
      });
    case state.metricsUrl:
      return withFigures(request, state, (figures) =>
        answer(request, 'text/plain; version=0.0.4', metricsText(figures)),
      );
    default:
      return HandlerResult.goOn;
  }
}

/** Figures of all workers where there is a service for them, and of this one otherwise. */
function withFigures(
  { server }: RequestState,
  { local }: State,
  use: (figures: StatusFigures) => HandlerResult,
): MaybeAsync<HandlerResult> {
  const total = server.services.get(statusService.total) as StatusService | undefined;
  const figures = (total ?? local).collect();
  return figures instanceof Promise ? figures.then(use) : use(figures);
}

function answerWithStatus(request: RequestState, config: Config, figures: StatusFigures): HandlerResult {
  const { query, authority } = request.uri;
  const now = request.server.clock.epochSeconds;
  if (query === 'auto') return answer(request, 'text/plain', statusText(figures, now));
  if (query.startsWith('json'))
    return answer(request, 'application/javascript', statusJson(figures, now, query));
  const options = {
    tag: request.conf.serverTag,
    authority,
    serverName: request.serverName,
    query,
    isSortable: config['status.enable-sort'],
    now,
  };
  return answer(request, 'text/html', statusPage(figures, options));
}

function moduleNames({ modules }: ServerContext): string[] {
  return modules.map(({ definition }) => definition.name);
}

function answer(request: RequestState, type: string, text: string, status = 200): HandlerResult {
  request.responseHeaders.set('Content-Type', type);
  request.status = status;
  request.responseBody.append(text);
  request.responseBody.finish();
  return HandlerResult.finished;
}
