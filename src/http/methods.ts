/**
 * The methods that lighttpd knows (http_kv.c); any other is answered 501. `PRI`, the start of the HTTP/2 preface,
 * is no method of a request.
 */
export const knownMethods: ReadonlySet<string> = new Set(
  `GET HEAD QUERY POST PUT DELETE CONNECT OPTIONS TRACE ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY LABEL LINK
  LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE ORDERPATCH PATCH PROPFIND PROPPATCH REBIND
  REPORT SEARCH UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL`.split(/\s+/),
);

export function isKnownMethod(method: string): boolean {
  return method === 'GET' || knownMethods.has(method);
}

export function isGetOrHead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

export function isGetHeadOrQuery(method: string): boolean {
  return isGetOrHead(method) || method === 'QUERY';
}

export function isGetHeadQueryOrPost(method: string): boolean {
  return isGetHeadOrQuery(method) || method === 'POST';
}
