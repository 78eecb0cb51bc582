import { readFileSync } from 'node:fs';

export function versionText(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  return `lighttpd-ts/${version} - a light and fast webserver, as lighttpd 1.4.86\n`;
}

export function helpText(): string {
  return `${versionText()}usage:
 -f <name>  filename of the config-file ('-' for stdin)
 -m <name>  folder of your own modules
 -i <secs>  graceful shutdown after <secs> of inactivity
 -1         process single (one) request on stdin socket, then exit
 -p         print the parsed config-file in internal form, and exit
 -t         test config-file syntax, then exit
 -tt        test config-file syntax, load and init modules, then exit
 -D         don't go to background (default: go to background)
 -v         show version
 -V         show the platform and what it offers
 -h         show this help

commands (lighttpd-ts <command> -h tells more):
 check      report every problem of a configuration
 explain    say which settings a request gets, and why
 migrate    rewrite what is deprecated or has been removed
 compare    send requests to two servers and compare the answers
 fmt        format a configuration
 reload     reload a running server, and wait for the verdict
 bench      measure a running server
`;
}

export function featuresText(): string {
  const { node, v8, openssl, zlib } = process.versions;
  const features = [
    `Node.js ${node} (V8 ${v8})`,
    `OpenSSL ${openssl}`,
    `zlib ${zlib}`,
    `${'brotli' in process.versions ? '+' : '-'} brotli`,
    `${'zstd' in process.versions ? '+' : '-'} zstd`,
  ];
  return `${versionText()}\nPlatform:\n\n\t${features.join('\n\t')}\n`;
}
