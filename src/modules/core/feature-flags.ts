/** One name of `server.feature-flags`. */
export interface FeatureFlag {
  readonly default: boolean | number | string;
  readonly doc: string;
  /** Which part of the server asks for it. */
  readonly honouredBy?: string;
  /** Read and without effect, and why. One of the two is given. */
  readonly inert?: string;
  /** Lighttpd does not know it, and so does not mind it. */
  readonly ours?: true;
}

/** Every feature flag. The code asks for no other; a test holds both equal, defaults included. */
export const featureFlags: Readonly<Record<string, FeatureFlag>> = {
  'accesslog.json': {
    default: false,
    doc: 'Write each line of the access log as a JSON object; accesslog.format names its fields.',
    honouredBy: 'mod_accesslog',
    ours: true,
  },
  'auth.delay-invalid-creds': {
    default: true,
    doc: 'Answer wrong credentials a moment later, so that guessing takes longer.',
    honouredBy: 'mod_auth',
  },
  'auth.group-files': {
    default: false,
    doc: 'Let "group=" in auth.require match the groups of auth.backend.plain.groupfile.',
    honouredBy: 'mod_authn_file',
    ours: true,
  },
  'auth.http-goaway-invalid-creds': {
    default: true,
    doc: 'Close an HTTP/2 connection after wrong credentials.',
    honouredBy: 'mod_auth',
  },
  'cgi.tempfile-accum': {
    default: true,
    doc: 'Gather large request bodies in temporary files before a CGI program is started.',
    honouredBy: 'mod_cgi',
  },
  'chunkqueue.splice': {
    default: true,
    doc: 'Move data between sockets and files inside the kernel (splice).',
    inert: 'Node.js has no call for it.',
  },
  'config.watch': {
    default: true,
    doc: 'Reload the configuration when one of its files changes.',
    honouredBy: 'the supervisor',
    ours: true,
  },
  'gw.upgrade-with-request-body': {
    default: false,
    doc: 'Pass an Upgrade on to a backend although the request has a body.',
    honouredBy: 'gateways and mod_cgi',
  },
  'http10.range': {
    default: false,
    doc: 'Answer Range for clients of HTTP/1.0 too.',
    honouredBy: 'the core',
  },
  'proxy.force-http10': {
    default: false,
    doc: 'Ask all backends of mod_proxy with HTTP/1.0.',
    honouredBy: 'mod_proxy',
  },
  'request.trailer-whitelist': {
    default: '',
    doc: 'Names of request trailers, with blanks or commas between them, that become headers.',
    honouredBy: 'the core',
  },
  'server.absolute-dir-redirect': {
    default: false,
    doc: 'Send clients on to folders with a whole URL in Location, and not with a path.',
    honouredBy: 'the core',
  },
  'server.clock-jump-restart': {
    default: 1800,
    doc: 'Restart when the clock of the system jumps by more than this many seconds. 0: never.',
    inert: 'Timeouts are counted by a clock that does not jump.',
  },
  'server.discard-backend-1xx': {
    default: false,
    doc: 'Do not pass interim answers (1xx) of backends on to clients.',
    honouredBy: 'gateways and mod_cgi',
  },
  'server.errorlog-format': {
    default: '',
    doc: 'With "json" each message of the error log is a JSON object.',
    honouredBy: 'the core',
    ours: true,
  },
  'server.errorlog-high-precision': {
    default: false,
    doc: 'Write the time in the error log with fractions of seconds.',
    honouredBy: 'the core',
  },
  'server.errorlog-utf8': {
    default: false,
    doc: 'Write UTF-8 into the error log as it is. Where disabled its bytes are escaped.',
    honouredBy: 'the core',
  },
  'server.graceful-restart-bg': {
    default: false,
    doc: 'Start anew in the background while requests under way are finished.',
    inert: 'A new configuration is always started beside the old one.',
  },
  'server.graceful-shutdown-timeout': {
    default: 8,
    doc: 'How many seconds requests under way may take once the server is told to stop (SIGINT).',
    honouredBy: 'the supervisor',
  },
  'server.graceful-unconfig-sock': {
    default: false,
    doc: 'Close sockets that the configuration no longer names, at a graceful restart.',
    inert: 'Sockets that the new configuration does not name are closed.',
  },
  'server.h1-discard-backend-1xx': {
    default: false,
    doc: 'Do not pass interim answers (1xx) of backends on to clients of HTTP/1.1.',
    honouredBy: 'gateways and mod_cgi',
  },
  'server.h2-discard-backend-1xx': {
    default: false,
    doc: 'Do not pass interim answers (1xx) of backends on to clients of HTTP/2.',
    honouredBy: 'gateways and mod_cgi',
  },
  'server.h2c': {
    default: false,
    doc: 'Let clients change from HTTP/1.1 to HTTP/2 without TLS (Upgrade: h2c).',
    honouredBy: 'the core',
  },
  'server.h2proto': { default: true, doc: 'Speak HTTP/2.', honouredBy: 'the core' },
  'server.http-pathinfo': {
    default: true,
    doc: 'Where a URL path goes on behind the name of a file, serve the file and take the rest as PATH_INFO.',
    honouredBy: 'the core',
  },
  'server.metrics-high-precision': {
    default: false,
    doc: 'Take times of requests with fractions of seconds.',
    inert: 'They always are.',
  },
  'server.network-mptcp': {
    default: false,
    doc: 'Listen with Multipath TCP.',
    inert: 'Node.js has no call for it.',
  },
  'server.pcre_jit': {
    default: true,
    doc: 'Compile patterns to machine code.',
    inert: 'The JavaScript engine decides.',
  },
  'ssl.acme': {
    default: false,
    doc: 'Fetch each ssl.pemfile that lies in ssl.acme-folder from an authority (ACME), and renew it. This agrees to the terms of the authority.',
    honouredBy: 'mod_openssl and the supervisor',
    ours: true,
  },
  'ssl.acme-ca-file': {
    default: '',
    doc: "The certificates, as PEM, that the authority's own server is checked against. Empty: those that Node.js knows.",
    honouredBy: 'the supervisor',
    ours: true,
  },
  'ssl.acme-challenge': {
    default: '',
    doc: 'How names are proved: "http-01" (at port 80) or "tls-alpn-01" (at port 443). Empty: http-01 where the server listens at port 80 without TLS.',
    honouredBy: 'the supervisor',
    ours: true,
  },
  'ssl.acme-contact': {
    default: '',
    doc: 'The mail address that the authority is told. Empty: none.',
    honouredBy: 'the supervisor',
    ours: true,
  },
  'ssl.acme-directory': {
    default: 'https://acme-v02.api.letsencrypt.org/directory',
    doc: 'The authority: the URL of its ACME directory.',
    honouredBy: 'the supervisor',
    ours: true,
  },
  'ssl.acme-external-key': {
    default: '',
    doc: 'The key that belongs to ssl.acme-external-key-id, in base64url.',
    honouredBy: 'the supervisor',
    ours: true,
  },
  'ssl.acme-external-key-id': {
    default: '',
    doc: 'The account that the authority has given out beforehand (external account binding). Empty: none.',
    honouredBy: 'the supervisor',
    ours: true,
  },
  'ssl.acme-folder': {
    default: '/var/lib/lighttpd/acme',
    doc: 'Where certificates are kept that the server fetches. A file is called after its hosts: example.org,www.example.org.pem.',
    honouredBy: 'mod_openssl and the supervisor',
    ours: true,
  },
  'ssl.refresh-certs': {
    default: false,
    doc: 'Read certificates anew when their files change.',
    inert: 'They always are.',
  },
  'ssl.refresh-crls': {
    default: false,
    doc: 'Read lists of revoked certificates anew when their files change.',
    inert: 'They always are.',
  },
  'ssl.session-cache': {
    default: false,
    doc: 'Keep TLS sessions on the server, for clients without tickets.',
    inert: 'Node.js keeps none: sessions are in tickets.',
  },
  'status.metrics-url': {
    default: '',
    doc: 'The URL path of the figures in the form that Prometheus reads. Empty: none.',
    honouredBy: 'mod_status',
    ours: true,
  },
};
