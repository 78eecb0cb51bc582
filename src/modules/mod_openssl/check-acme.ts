import {
  type AcmeSettings,
  challenges,
  hostsOfPemfile,
  isFetched,
  readAcmeSettings,
} from '../../plugin/acme-settings.js';
import type { CheckContext } from '../../plugin/define-module.js';
import type { TlsConfig } from './directives.js';

type Context = CheckContext<TlsConfig>;

/** Is it no fault that there is no such file yet? */
export function isFetchedLater({ features }: Context, pemfile: string): boolean {
  const settings = readAcmeSettings(features);
  return settings !== null && isFetched(settings, pemfile) && hostsOfPemfile(pemfile) !== null;
}

/** The flags of `ssl.acme`, and the names of the files that the server is to fill. */
export function checkAcme(context: Context): void {
  const settings = readAcmeSettings(context.features);
  if (settings === null) return;
  checkFlags(context, settings);
  const { base, layers } = context.settings;
  let count = 0;
  for (const { block, values } of [{ block: 0, values: base as Partial<TlsConfig> }, ...layers]) {
    const pemfile = values['ssl.pemfile'];
    if (pemfile === undefined || !isFetched(settings, pemfile)) continue;
    count++;
    checkPemfile(context, block, values);
  }
  if (count > 0) return;
  const summary = `ssl.acme: no ssl.pemfile lies in ${settings.folder}; nothing is fetched`;
  const detail = `For example: ssl.pemfile = "${settings.folder}/example.org,www.example.org.pem"`;
  const origin = context.originOf('server.feature-flags');
  context.diagnostics.warning('setting-without-effect', origin, summary, detail);
}

function checkFlags({ diagnostics, originOf }: Context, settings: AcmeSettings): void {
  const error = (summary: string, detail: string): void =>
    diagnostics.error('invalid-value', originOf('server.feature-flags'), summary, detail);
  const { directory, challenge, externalKeyId, externalKey } = settings;
  if (!URL.canParse(directory) || new URL(directory).protocol !== 'https:')
    error(`ssl.acme-directory "${directory}" is no https URL`, 'The authority tells it in its manual.');
  if (challenge !== '' && !challenges.some((known) => known === challenge))
    error(
      `ssl.acme-challenge "${challenge}" is not known`,
      `It is one of ${challenges.join(' and ')}; wildcards, which need dns-01, cannot be fetched.`,
    );
  if ((externalKeyId === '') !== (externalKey === ''))
    error('ssl.acme-external-key-id and ssl.acme-external-key belong together', 'Set both, or none.');
}

function checkPemfile({ diagnostics, originOf }: Context, block: number, values: Partial<TlsConfig>): void {
  const pemfile = values['ssl.pemfile']!;
  if (hostsOfPemfile(pemfile) === null) {
    const detail =
      'A file that is fetched is called after its hosts, such as example.org,www.example.org.pem.';
    const summary = `ssl.pemfile ${pemfile}: its name tells no hosts`;
    diagnostics.error('invalid-value', originOf('ssl.pemfile', block), summary, detail);
  }
  if (values['ssl.privkey'] === undefined || values['ssl.privkey'] === pemfile) return;
  const summary = `ssl.privkey does not fit ${pemfile}, which is fetched with its key`;
  diagnostics.error('invalid-value', originOf('ssl.privkey', block), summary, 'Remove ssl.privkey here.');
}
