import { bool, type DirectiveOptions, short, string } from '../config/directive.js';

/** Lighttpd says that it does not know such an option, and goes on. */
function option(doc: string, text: string): DirectiveOptions {
  const example = `proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => 8080, ${text} )) )`;
  return { scope: 'connection', since: '', ours: true, doc, example };
}

/** Options of a backend that lighttpd does not have. */
export const ownBackendOptions = {
  'keep-alive': short({
    ...option(
      'How many connections to the backend stay open for further requests, in each worker. For proxy.server and fastcgi.server.',
      '"keep-alive" => 16',
    ),
    default: 0,
  }),
  'keep-alive-idle': short({
    ...option(
      'How many seconds such a connection may have nothing to do before it is closed.',
      '"keep-alive" => 16, "keep-alive-idle" => 20',
    ),
    default: 30,
  }),
  retry: bool(
    option(
      'A request that changes nothing, and that a backend has failed to answer, is sent to another one, once.',
      '"retry" => "enable"',
    ),
  ),
  tls: bool(option('The backend is spoken to over TLS. For proxy.server.', '"tls" => "enable"')),
  'tls-verify': bool({
    ...option(
      'The certificate of the backend has to be good for its name.',
      '"tls" => "enable", "tls-verify" => "disable"',
    ),
    default: true,
  }),
  'tls-ca-file': string({
    ...option(
      'A file with the certificates of the authorities that are trusted for it; without it, those that Node.js knows.',
      '"tls" => "enable", "tls-ca-file" => "/etc/ssl/backend-ca.pem"',
    ),
    default: '',
  }),
  'tls-name': string({
    ...option(
      'The name that the certificate of the backend has to be good for; without it, its "host".',
      '"tls" => "enable", "tls-name" => "app.internal"',
    ),
    default: '',
  }),
  'health-check': string({
    ...option(
      'A path that is asked for again and again: as long as the answer is not 2xx or 3xx, the backend gets no requests. For proxy.server.',
      '"health-check" => "/healthz"',
    ),
    default: '',
  }),
  'health-interval': short({
    ...option('Seconds between two such questions.', '"health-check" => "/healthz", "health-interval" => 2'),
    default: 5,
  }),
};
