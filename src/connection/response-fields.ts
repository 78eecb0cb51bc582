/** Fields by which programs speak to the server; clients never see them (http_response_omit_header). */
export function isInternalField(lower: string): boolean {
  return lower.charCodeAt(0) === 120 && (lower === 'x-sendfile' || lower.startsWith('x-lighttpd-'));
}
