const style = `:root { color-scheme: light dark; --line: #ccc; --head: #eee; --accent: #06c; }
@media (prefers-color-scheme: dark) { :root { --line: #444; --head: #2a2a2a; --accent: #6af; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; }
h1 { font-size: 1.4em; } h2 { font-size: 1.15em; margin-top: 2em; }
table.status { border-collapse: collapse; font-variant-numeric: tabular-nums; }
table.status td, table.status th { border: 1px solid var(--line); padding: .2em .7em; text-align: left; white-space: nowrap; }
table.status th { background: var(--head); }
td.int, table.status td.int { text-align: right; }
a.sortheader { color: inherit; display: block; text-decoration: none; }
pre { font-size: 1.05em; line-height: 1.3; } .wide { overflow-x: auto; }
table.legend { font: .9em ui-monospace, monospace; }
#chart { margin: 1.5em 0; } #chart svg { border: 1px solid var(--line); display: block; height: 8em; width: 100%; }
#chart path { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
#chart figcaption { font-size: .9em; }
`;

/** The start of a page, up to `<body>`. Everything it needs stands in it. */
export function pageHead(title: string, more = ''): string {
  return [
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="UTF-8" />\n',
    '<meta name="viewport" content="width=device-width" />\n',
    `<title>${title}</title>\n<style>\n${style}</style>\n${more}</head>\n<body>\n`,
  ].join('');
}
