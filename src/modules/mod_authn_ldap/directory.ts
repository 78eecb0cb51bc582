import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Client, InvalidCredentialsError } from 'ldapts';

/** Where a directory is, and as whom it is searched. Text is Unicode. */
export interface DirectoryOptions {
  /** `ldap://host:port` or `ldaps://…`; the first that answers is asked. */
  readonly urls: readonly string[];
  readonly startTls: boolean;
  /** Certificates that the server is checked against; undefined: those of Node. */
  readonly authority: Buffer | undefined;
  /** Empty: nobody in particular. */
  readonly bindDn: string;
  readonly bindPassword: string;
  /** 0: no limit. */
  readonly timeoutMs: number;
}

/** One LDAP directory (RFC 4511): the connection that searches stays open, each login has one of its own. */
export class Directory {
  private readonly options: DirectoryOptions;
  private searching: Promise<Client> | null = null;

  constructor(options: DirectoryOptions) {
    this.options = options;
  }

  /** Names (DN) of what the filter finds below `base`. Rejects where the directory does not answer. */
  async find(base: string, filter: string): Promise<readonly string[]> {
    const isNew = this.searching === null;
    try {
      return await this.search(base, filter);
    } catch (error) {
      this.disconnect();
      // a connection that was open may have been closed by the directory meanwhile
      if (isNew) throw error;
      return this.search(base, filter);
    }
  }

  private async search(base: string, filter: string): Promise<readonly string[]> {
    this.searching ??= this.connect(this.options.bindDn, this.options.bindPassword);
    const client = await this.searching;
    // (one that connects again by itself would ask as nobody)
    if (!client.isConnected) throw new Error('the connection was closed');
    const { searchEntries } = await client.search(base, { scope: 'sub', filter, attributes: ['1.1'] });
    return searchEntries.map(({ dn }) => dn);
  }

  /** Is this the password? Rejects where the directory does not answer. */
  async accepts(dn: string, password: string): Promise<boolean> {
    try {
      const client = await this.connect(dn, password);
      close(client);
      return true;
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return false;
      throw error;
    }
  }

  /** Closes the connection that searches; the next search makes another. */
  disconnect(): void {
    this.searching?.then(close, () => {});
    this.searching = null;
  }

  private async connect(dn: string, password: string): Promise<Client> {
    let problem: unknown;
    for (const url of this.options.urls) {
      const client = this.newClient(url);
      try {
        if (this.options.startTls) await client.startTLS(this.tlsOptions(url));
        await client.bind(dn, password);
        return client;
      } catch (error) {
        close(client);
        if (error instanceof InvalidCredentialsError) throw error;
        problem = error;
      }
    }
    throw problem;
  }

  private newClient(url: string): Client {
    const { timeoutMs } = this.options;
    const tlsOptions = url.startsWith('ldaps:') ? this.tlsOptions(url) : undefined;
    return new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, tlsOptions, strictDN: false });
  }

  private tlsOptions(url: string): ConnectionOptions {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    const peer = isIP(host) === 0 ? { servername: host } : { host };
    return { ...peer, ca: this.options.authority };
  }
}

/** The directory is told, and not waited for. */
function close(client: Client): void {
  client.unbind().catch(() => {});
}
