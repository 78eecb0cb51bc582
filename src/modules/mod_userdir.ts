/**
 * Serves `/~name/` from a folder in the home of that user. Runs once the path on disk is known, and replaces it.
 */
import { lowerAscii } from '../base/ascii.js';
import { joinPath, withSlash } from '../base/path.js';
import { bool, type ConfigOf, list, string } from '../config/directive.js';
import { HomeFolders } from '../files/home-folders.js';
import { defineModule } from '../plugin/define-module.js';
import { redirectToDirectory } from '../plugin/directory-redirect.js';
import { HandlerResult, type MaybeAsync } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

const directives = {
  'userdir.path': string({
    scope: 'connection',
    since: '1.4.1',
    doc: "The folder that is served, below the user's home; empty is the home itself. Without it the module is off.",
    example: 'userdir.path = "public_html"',
  }),
  'userdir.exclude-user': list({
    scope: 'connection',
    since: '1.4.1',
    doc: 'Users whose folders are not served.',
    example: 'userdir.exclude-user = ( "root", "postmaster" )',
  }),
  'userdir.include-user': list({
    scope: 'connection',
    since: '1.4.1',
    doc: 'The only users whose folders are served; an empty list is none.',
    example: 'userdir.include-user = ( "anna", "bert" )',
  }),
  'userdir.basepath': string({
    scope: 'connection',
    since: '1.4.7',
    entry: (text) => text || null,
    doc: 'The folder of the homes, where users of the URL are not users of the system.',
    example: 'userdir.basepath = "/srv/users/"',
  }),
  'userdir.letterhomes': bool({
    scope: 'connection',
    since: '1.4.19',
    doc: 'Homes below userdir.basepath stand in folders by first letter: /srv/users/a/anna.',
    example: 'userdir.letterhomes = "enable"',
  }),
  'userdir.active': bool({
    scope: 'connection',
    since: '1.4.33',
    default: true,
    doc: 'Turns the module off, in a condition for one.',
    example: 'userdir.active = "disable"',
  }),
};

type Config = ConfigOf<typeof directives>;

const userLengthMax = 255;

export const modUserdir = defineModule({
  name: 'mod_userdir',
  directives,
  isUsed: (config) => config['userdir.path'] !== undefined,
  start: () => HomeFolders.ofSystem(),
  hooks: { physical: serveHome },
  decidesOnly: true,
});

function serveHome(request: RequestState, config: Config, homes: HomeFolders): MaybeAsync<HandlerResult> {
  const { path } = request.uri;
  if (!path.startsWith('/~')) return HandlerResult.goOn;
  const folder = config['userdir.path'];
  if (!config['userdir.active'] || folder === undefined || path === '/~') return HandlerResult.goOn;
  const slash = path.indexOf('/', 2);
  if (slash < 0) {
    redirectToDirectory(request, 301);
    return HandlerResult.finished;
  }
  const user = path.slice(2, slash);
  if (!isServed(request, config, user)) return HandlerResult.goOn;

  const basepath = config['userdir.basepath'];
  if (basepath) {
    const home = homeBelow(
      basepath,
      user,
      request.conf.forceLowercaseFilenames,
      config['userdir.letterhomes'],
    );
    return home === null ? HandlerResult.goOn : mapToHome(request, home, folder);
  }
  const home = homes.homeOf(user);
  if (!(home instanceof Promise)) return useSystemHome(request, home, folder);
  return home.then((found) => useSystemHome(request, found, folder));
}

function isServed({ conf }: RequestState, config: Config, user: string): boolean {
  if (user === '' || user.length > userLengthMax) return false;
  const excluded = config['userdir.exclude-user'];
  if (excluded?.includes(user)) return false;
  if (conf.forceLowercaseFilenames && excluded?.some((name) => lowerAscii(name) === lowerAscii(user)))
    return false;
  return config['userdir.include-user']?.includes(user) ?? true;
}

/** Null where the name could lead elsewhere: it comes from the URL, and need not be anybody's. */
function homeBelow(basepath: string, user: string, lowercase: boolean, byLetter: boolean): string | null {
  if (user === '.' || user === '..' || !/^[A-Za-z0-9._-]+$/.test(user)) return null;
  if (byLetter && user.startsWith('.')) return null;
  const name = lowercase ? lowerAscii(user) : user;
  return joinPath(byLetter ? joinPath(basepath, name[0]) : basepath, name);
}

function useSystemHome(request: RequestState, home: string | null, folder: string): HandlerResult {
  if (home === null) return HandlerResult.goOn;
  const entry = request.server.statCache.get(joinPath(home, folder));
  return typeof entry === 'string' || !entry.isDirectory
    ? HandlerResult.goOn
    : mapToHome(request, home, folder);
}

function mapToHome(request: RequestState, home: string, folder: string): HandlerResult {
  const { physical } = request;
  physical.basedir = joinPath(home, folder);
  const rest = physical.relPath.indexOf('/', 2);
  physical.path = withSlash(physical.basedir) + (rest < 0 ? '' : physical.relPath.slice(rest + 1));
  return HandlerResult.goOn;
}
