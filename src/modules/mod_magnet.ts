/**
 * Runs Lua scripts that look at a request, change it, or answer it. Runs at uri-raw (raw URL), physical (path on
 * disk) and response-start.
 */

import { list, type ReadContext } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

function readScript(path: string, context: ReadContext): string | undefined {
  return path === '' ? context.fail(`${context.key}: the name of a script is empty`) : path;
}

const directives = {
  'magnet.attract-raw-url-to': list({
    scope: 'connection',
    since: '1.4.56',
    default: [],
    entry: readScript,
    doc: 'Scripts that run once the URL is known.',
    example: 'magnet.attract-raw-url-to = ( "/etc/lighttpd/rewrite.lua" )',
  }),
  'magnet.attract-physical-path-to': list({
    scope: 'connection',
    since: '1.4.56',
    default: [],
    entry: readScript,
    doc: 'Scripts that run once the path on disk is known.',
    example: 'magnet.attract-physical-path-to = ( "/etc/lighttpd/cleanurl.lua" )',
  }),
  'magnet.attract-response-start-to': list({
    scope: 'connection',
    since: '1.4.56',
    default: [],
    entry: readScript,
    doc: 'Scripts that run before the head of the answer is sent.',
    example: 'magnet.attract-response-start-to = ( "/etc/lighttpd/headers.lua" )',
  }),
};

export const modMagnet = defineModule({
  name: 'mod_magnet',
  directives,
  notServed: 'Lua scripts are not run yet; requests go on without them',
});
