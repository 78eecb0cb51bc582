import type { FeatureFlags } from './feature-flags.js';

/** The settings of the whole server that are no matter of a request (lighttpd's `server_config`), ready for use. */
export interface ServerSettings {
  /** Address, host name or socket file; empty for every IPv4 address. */
  readonly bind: string;
  readonly port: number;
  readonly systemdSocketActivation: boolean;
  /** Empty where none is set, as are the following. */
  readonly username: string;
  readonly groupname: string;
  readonly chroot: string;
  readonly pidFile: string;
  /** Undefined, 0 and 1: one. */
  readonly maxWorker: number | undefined;
  /** 0: 4096, where the system allows it. */
  readonly maxFds: number;
  /** 0: a third of the file descriptors. */
  readonly maxConnections: number;
  readonly coreFiles: boolean;
  /** Null: standard error. `|` and a program, or a file. */
  readonly errorlog: string | null;
  readonly breakagelog: string | null;
  readonly errorlogUseSyslog: boolean;
  readonly syslogFacility: string;
  readonly statCacheEngine: 'simple' | 'inotify' | 'disable';
  readonly uploadDirs: readonly string[];
  readonly features: FeatureFlags;
}

/** The settings of one listening socket: the global ones, and what its `$SERVER["socket"]` block sets. */
export interface SocketSettings {
  /** `ssl.engine`. */
  readonly isTls: boolean;
  readonly listenBacklog: number;
  /** File mode of a socket file; null: as created. */
  readonly socketPerms: number | null;
  readonly useIpv6: boolean;
  /** Whether an IPv6 socket takes no IPv4 connections. */
  readonly ipv6Only: boolean;
}
