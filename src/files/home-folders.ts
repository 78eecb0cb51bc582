import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

/** Asks the system's other sources of users (LDAP and the like); null where there is no such user. */
type AskSystem = (user: string) => Promise<string | null>;

const answersMax = 1024;
const answerLifetimeMs = 60_000;

/**
 * Home folders by user name. Node has no getpwnam: the password file is read here, and `getent` is asked where
 * nsswitch.conf names sources beyond it. Its answers, also of unknown users, are kept for a minute, and it runs
 * once at a time, so that a client that tries names starts few programs.
 */
export class HomeFolders {
  private readonly passwdFile: string;
  private readonly askSystem: AskSystem | null;
  private homes = new Map<string, string>();
  private homesVersion = '';
  private readonly answers = new Map<string, { readonly home: string | null; readonly until: number }>();
  private lastQuestion: Promise<unknown> = Promise.resolve();

  constructor(passwdFile: string, askSystem: AskSystem | null) {
    this.passwdFile = passwdFile;
    this.askSystem = askSystem;
  }

  static ofSystem(): HomeFolders {
    return new HomeFolders('/etc/passwd', hasOtherSources('/etc/nsswitch.conf') ? askGetent : null);
  }

  /** The user's home folder; null where there is no such user. A promise only where another program is asked. */
  homeOf(user: string): string | null | Promise<string | null> {
    const home = this.passwdHomes().get(user);
    if (home !== undefined) return home;
    if (this.askSystem === null || !/^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/.test(user)) return null;
    const answer = this.answers.get(user);
    if (answer !== undefined && answer.until > Date.now()) return answer.home;
    return this.ask(user, this.askSystem);
  }

  private ask(user: string, askSystem: AskSystem): Promise<string | null> {
    const answered = this.lastQuestion.then(async () => {
      const known = this.answers.get(user);
      if (known !== undefined && known.until > Date.now()) return known.home;
      const home = await askSystem(user);
      if (this.answers.size >= answersMax) this.answers.clear();
      this.answers.set(user, { home, until: Date.now() + answerLifetimeMs });
      return home;
    });
    this.lastQuestion = answered;
    return answered;
  }

  /** Read again when the file has changed. */
  private passwdHomes(): Map<string, string> {
    try {
      const { mtimeMs, ino, size } = statSync(this.passwdFile);
      const version = `${mtimeMs} ${ino} ${size}`;
      if (version !== this.homesVersion) {
        this.homes = readPasswd(readFileSync(this.passwdFile, 'latin1'));
        this.homesVersion = version;
      }
    } catch {
      // without the file there are no users in it
      this.homes.clear();
      this.homesVersion = '';
    }
    return this.homes;
  }
}

function readPasswd(text: string): Map<string, string> {
  const homes = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, , , , , home] = line.split(':');
    if (home !== undefined && !homes.has(name)) homes.set(name, home);
  }
  return homes;
}

function hasOtherSources(nsswitchFile: string): boolean {
  try {
    const line = /^passwd:(.*)$/m.exec(readFileSync(nsswitchFile, 'latin1'))?.[1] ?? '';
    const sources = line.replace(/\[.*?\]|#.*/g, ' ').split(/\s+/);
    return sources.some((source) => !['', 'files', 'compat', 'systemd'].includes(source));
  } catch {
    return false;
  }
}

function askGetent(user: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('getent', ['passwd', user], { encoding: 'latin1', timeout: 5000 }, (error, output) => {
      resolve(error === null ? (readPasswd(output).get(user) ?? null) : null);
    });
  });
}
