import { smallLoad } from './loads.js';
import { startPinned } from './pinned.js';
import { describeRounds, runRounds } from './requests.js';
import { ours } from './servers.js';

/** Ten modules that have settings, and nothing to do for the request that is measured. */
const tenModules = [
  'server.modules += ( "mod_access", "mod_alias", "mod_redirect", "mod_rewrite", "mod_setenv", "mod_expire",',
  '                    "mod_auth", "mod_authn_file", "mod_cgi", "mod_status" )',
  '$HTTP["url"] =^ "/elsewhere/" {',
  '  url.access-deny = ( "~" )',
  '  alias.url = ( "/elsewhere/a/" => "/srv/a/" )',
  '  url.redirect = ( "^/elsewhere/b" => "/c" )',
  '  url.rewrite-once = ( "^/elsewhere/d" => "/e" )',
  '  setenv.add-response-header = ( "X-Elsewhere" => "yes" )',
  '  expire.url = ( "/elsewhere/f/" => "access plus 1 days" )',
  '  auth.backend = "plain"',
  '  auth.backend.plain.userfile = "/dev/null"',
  '  auth.require = ( "/elsewhere/g/" => ( "method" => "basic", "realm" => "g", "require" => "valid-user" ) )',
  '  cgi.assign = ( ".cgi" => "" )',
  '  status.status-url = "/elsewhere/status"',
  '}',
];

/** What the way through the hooks costs: the small load with and without the ten modules. */
export async function compareIdleModules(
  folder: string,
  site: string,
  options: { readonly rounds: number; readonly seconds: number; readonly onProgress: (text: string) => void },
): Promise<string> {
  const bare = { ...(await startPinned(ours, folder, site)), name: 'two modules' };
  try {
    const loaded = { ...(await startPinned(ours, folder, site, tenModules)), name: 'ten more, idle' };
    try {
      const rounds = await runRounds([bare, loaded], [smallLoad], { ...options, folder });
      return `Ten modules with nothing to do:\n\n${describeRounds(rounds, [loaded.name, bare.name])}`;
    } finally {
      await loaded.stop();
    }
  } finally {
    await bare.stop();
  }
}
