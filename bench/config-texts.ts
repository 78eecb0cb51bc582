/** A configuration of some 300 lines, as a site with a few parts has it. */
export function siteConfig(): string {
  const lines = [
    'server.modules = ( "mod_indexfile", "mod_access", "mod_alias", "mod_redirect", "mod_rewrite",',
    '  "mod_setenv", "mod_expire", "mod_accesslog", "mod_staticfile" )',
    'var.root = "/srv/www"',
    'server.port = 8080',
    'server.document-root = var.root + "/main"',
    'index-file.names = ( "index.html", "index.htm" )',
    'mimetype.assign = (',
    ...Array.from({ length: 80 }, (_, index) => `  ".x${index}" => "application/x-sample-${index}",`),
    ')',
  ];
  for (let part = 0; lines.length < 300; part++) {
    lines.push(
      `$HTTP["url"] =~ "^/part-${part}/(\\w+)" {`,
      `  alias.url += ( "/part-${part}/files/" => var.root + "/files/${part}/" )`,
      `  url.redirect = ( "^/part-${part}/old/(.*)$" => "/part-${part}/$1" )`,
      `  setenv.add-response-header = ( "X-Part" => "${part}" )`,
      `  expire.url = ( "/part-${part}/images/" => "access plus ${part + 1} days" )`,
      '  $HTTP["host"] == "static.example.org" { url.access-deny = ( "~", ".inc" ) }',
      '}',
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Virtual hosts of twelve lines each. */
export function manyHostsConfig(hosts: number): string {
  const lines = ['server.modules = ( "mod_setenv", "mod_redirect", "mod_staticfile" )', 'server.port = 8080'];
  lines.push('server.document-root = "/srv/www"');
  for (let host = 0; host < hosts; host++) {
    lines.push(
      `$HTTP["host"] == "host-${host}.example.org" {`,
      `  server.document-root = "/srv/hosts/${host}/www"`,
      `  server.name = "host-${host}.example.org"`,
      '  setenv.add-response-header = (',
      '    "X-Frame-Options" => "SAMEORIGIN",',
      `    "X-Host" => "${host}",`,
      '  )',
      '  url.redirect = (',
      '    "^/old/(.*)$" => "/new/$1",',
      `    "^/moved$" => "https://host-${host}.example.org/",`,
      '  )',
      '}',
    );
  }
  return `${lines.join('\n')}\n`;
}
