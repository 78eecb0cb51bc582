/**
 * Serves downloads only to clients that have visited another page before. Gone from lighttpd since 1.4.64. Runs at uri-clean.
 */

import { list, short, string } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'trigger-before-download.trigger-url': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: '',
    doc: 'A pattern of the URLs that are to be visited.',
    example: 'trigger-before-download.trigger-url = "^/trigger/"',
  }),
  'trigger-before-download.download-url': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: '',
    doc: 'A pattern of the URLs of downloads.',
    example: 'trigger-before-download.download-url = "^/download/"',
  }),
  'trigger-before-download.deny-url': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: '',
    doc: 'Where clients are sent that come without a visit.',
    example: 'trigger-before-download.deny-url = "http://www.example.org/"',
  }),
  'trigger-before-download.trigger-timeout': short({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: 0,
    doc: 'How many seconds a visit counts.',
    example: 'trigger-before-download.trigger-timeout = 10',
  }),
  'trigger-before-download.gdbm-filename': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: '',
    doc: 'The file that visits are kept in.',
    example: 'trigger-before-download.gdbm-filename = "/var/lib/lighttpd/trigger.db"',
  }),
  'trigger-before-download.memcache-hosts': list({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: [],
    doc: 'The memcached servers that visits are kept in.',
    example: 'trigger-before-download.memcache-hosts = ( "127.0.0.1:11211" )',
  }),
  'trigger-before-download.memcache-namespace': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: '',
    doc: 'What stands before keys in memcached.',
    example: 'trigger-before-download.memcache-namespace = "web"',
  }),
  'trigger-before-download.debug': short({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: 0,
    doc: 'Log what is decided, and why.',
    example: 'trigger-before-download.debug = 1',
  }),
};

export const modTriggerB4Dl = defineModule({
  name: 'mod_trigger_b4_dl',
  directives,
  notServed: 'visits are not checked yet',
});
