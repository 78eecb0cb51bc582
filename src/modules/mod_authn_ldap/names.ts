/** A value within a filter (RFC 4515, 3): what would end it, or stand for anything, is escaped. */
export function escapeFilterValue(text: string): string {
  return text.replace(/[*()\\\0]/g, hexEscape);
}

/** A value within a name (RFC 4514, 2.4), with `=` and `#` escaped everywhere, as Active Directory wants it. */
export function escapeNameValue(text: string): string {
  const escaped = text.replace(/["+,;\\<>=#]/g, '\\$&').replaceAll('\0', '\\00');
  return escaped.replace(/^ /, '\\ ').replace(/([^\\]) $/, '$1\\ ');
}

/** The filter of a template, with the user in place of each `?`. */
export function filterFor(template: string, user: string): string {
  return template.replaceAll('?', () => escapeFilterValue(user));
}

function hexEscape(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
