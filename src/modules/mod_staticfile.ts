/**
 * mod_staticfile: answers GET, HEAD and POST with the file that the path on disk names, when no other module has
 * taken the request. It runs at subrequest-start, in its place in server.modules; it is always loaded.
 */
import { bool, type ConfigOf, list } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { sendFile } from '../plugin/send-file.js';

const directives = {
  'static-file.exclude-extensions': list({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Ends of file names that are never sent as they are: scripts, whose source is nobody else’s business.',
    example: 'static-file.exclude-extensions = ( ".php", ".pl", ".fcgi" )',
  }),
  'static-file.etags': bool({
    scope: 'connection',
    since: '1.4.16',
    default: true,
    doc: 'Send an ETag with files, made of the facts that the etag.use- directives choose.',
    example: 'static-file.etags = "enable"',
  }),
  'static-file.disable-pathinfo': bool({
    scope: 'connection',
    since: '1.4.30',
    default: true,
    doc: 'Refuse a URL that goes on behind the name of a file.',
    example: 'static-file.disable-pathinfo = "enable"',
  }),
};

type Config = ConfigOf<typeof directives>;

export const modStaticfile = defineModule({
  name: 'mod_staticfile',
  directives,
  hooks: { subrequestStart: answerWithFile },
  decidesOnly: true,
  explain: ({ physical }) => [{ text: `sends the file ${physical.path}`, origin: null }],
});

function answerWithFile(request: RequestState, config: Config): HandlerResult {
  const { method } = request;
  if (request.handler !== null || (method !== 'GET' && method !== 'HEAD' && method !== 'POST')) {
    return HandlerResult.goOn;
  }
  if (request.pathInfo !== '' && config['static-file.disable-pathinfo']) return leave(request, 'pathinfo');
  const { path } = request.physical;
  if (config['static-file.exclude-extensions']?.some((extension) => path.endsWith(extension))) {
    return leave(request, 'extension');
  }
  // a subrequest-start handler before this one may have changed the path
  const { statEntry } = request;
  sendFile(request, path, statEntry?.path === path ? statEntry : null, config['static-file.etags']);
  return HandlerResult.finished;
}

function leave(request: RequestState, why: string): HandlerResult {
  if (request.conf.logRequestHandling) {
    const text = `-- NOT handling file as static file, ${why} forbidden`;
    request.conf.errorLog.debug('mod_staticfile.c', text);
  }
  return HandlerResult.goOn;
}
