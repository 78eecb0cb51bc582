/** Protocol versions; `unset` until the request line has been understood. */
export const HttpVersion = { unset: 0, http10: 10, http11: 11, http2: 20 } as const;
export type HttpVersion = (typeof HttpVersion)[keyof typeof HttpVersion];

/** As a request line names it; what was not understood is taken for the oldest. */
export const protocolNames: Readonly<Record<HttpVersion, string>> = {
  [HttpVersion.unset]: 'HTTP/1.0',
  [HttpVersion.http10]: 'HTTP/1.0',
  [HttpVersion.http11]: 'HTTP/1.1',
  [HttpVersion.http2]: 'HTTP/2.0',
};
