import { createRequire } from 'node:module';

/** The version in package.json, which stands two folders above the compiled `src/`. */
export const version: string = createRequire(import.meta.url)('../../../package.json').version;

/** What the Server header and SERVER_SOFTWARE say where server.tag says nothing. */
export const defaultServerTag = `lighttpd-ts/${version}`;
