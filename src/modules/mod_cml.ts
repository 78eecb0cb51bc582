/**
 * Decides by Lua scripts whether a page is made anew or taken from a cache (CacheML). Gone from lighttpd since 1.4.64.
 */

import { list, string } from '../config/directive.js';
import { defineModule } from '../plugin/define-module.js';

const directives = {
  'cml.extension': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: '',
    doc: 'The end of the names of scripts.',
    example: 'cml.extension = ".cml"',
  }),
  'cml.memcache-hosts': list({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: [],
    doc: 'The memcached servers that scripts may ask.',
    example: 'cml.memcache-hosts = ( "127.0.0.1" )',
  }),
  'cml.memcache-namespace': string({
    scope: 'connection',
    since: '1.4.1',
    until: '1.4.63',
    default: '',
    doc: 'What stands before keys in memcached.',
    example: 'cml.memcache-namespace = "web"',
  }),
  'cml.power-magnet': string({
    scope: 'connection',
    since: '1.4.9',
    until: '1.4.63',
    replacedBy: 'magnet.attract-physical-path-to of mod_magnet',
    default: '',
    doc: 'A script that is run for every request.',
    example: 'cml.power-magnet = "/etc/lighttpd/power-magnet.cml"',
  }),
};

export const modCml = defineModule({
  name: 'mod_cml',
  directives,
  notServed: 'Lua scripts are not run yet; requests go on without them',
});
