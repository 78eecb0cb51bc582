import { encodeHtml } from '../../http/encode.js';
import { pageHead } from './style.js';

/** The page on what this server is: version and modules, by the labels that lighttpd's page has. */
export function configPage(tag: string | null, moduleNames: readonly string[]): string {
  const names = moduleNames.map((name) => encodeHtml(name.replace(/^mod_/, ''))).join('<br />');
  return [
    pageHead('Status'),
    tag ? `<h1>${encodeHtml(tag)}  </h1>\n` : '',
    '<table class="status">\n',
    heading('Server-Features'),
    row('RegEx Conditionals', 'enabled'),
    heading('Network Engine'),
    row('fd-Event-Handler', `Node.js ${encodeHtml(process.version)}`),
    heading('Config-File-Settings'),
    row('Loaded Modules', names),
    '</table>\n</body>\n</html>\n',
  ].join('');
}

function heading(text: string): string {
  return `<tr><th colspan="2">${text}</th></tr>\n`;
}

function row(label: string, html: string): string {
  return `<tr><td><b>${label}</b></td><td>${html}</td></tr>\n`;
}
