/** The built-in style sheet, for light and dark screens and for small ones. */
export const listingStyle = `:root { color-scheme: light dark; --text: #222; --faint: #666; --line: #ddd; --paper: #fff; --hover: #f2f6fb; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e4e4; --faint: #999; --line: #3a3a3a; --paper: #1b1b1b; --hover: #26292e; --link: #8ab4f8; } }
body { background: var(--paper); color: var(--text); font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1.2em; }
h2 { font-size: 1.3em; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; } a:hover, a:focus { text-decoration: underline; }
table { border-collapse: collapse; width: 100%; }
th { border-bottom: 2px solid var(--line); text-align: left; } th a { color: inherit; }
th, td { padding: .3em .8em .3em 0; } td { border-bottom: 1px solid var(--line); }
tbody tr:hover { background: var(--hover); }
td.n { overflow-wrap: anywhere; } tr.d td.n a { font-weight: 600; }
td.m, td.s { font-variant-numeric: tabular-nums; white-space: nowrap; } td.m, td.t { color: var(--faint); }
th.s, td.s { text-align: right; padding-right: 1.6em; }
pre { overflow-x: auto; } div.foot { color: var(--faint); font-size: .9em; margin-top: 1em; }
@media (max-width: 40em) { th.t, td.t, th.m, td.m { display: none; } }
`;

/**
 * Sorts the list in the browser: a click on a heading, again to turn it round; `?C=N;O=D` in the URL does it at once
 * (column N, M, S or T; order A or D), as Apache's listings understand it.
 */
export const listingScript = `(() => {
  const body = document.querySelector('div.list tbody');
  const headings = [...document.querySelectorAll('div.list th')];
  const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
  const parent = (row) => row.cells[0].textContent === '../' ? 0 : 1;
  const folder = (row) => row.className === 'd' ? 0 : 1;
  const time = (text) => {
    const [, year, month, rest] = /(\\d+)-(\\w+)-(.*)/.exec(text) || [, 0, '', ''];
    return year + String(months.indexOf(month)).padStart(3, '0') + rest;
  };
  const text = (row, column) => row.cells[column].textContent;
  const compareText = (a, b) => a.localeCompare(b, undefined, { numeric: true, sensitivity: 'base' }) || (a < b ? -1 : a > b ? 1 : 0);
  const byName = (a, b) => compareText(text(a, 0), text(b, 0));
  const keys = [
    (a, b) => folder(a) - folder(b) || byName(a, b),
    (a, b) => compareText(time(text(a, 1)), time(text(b, 1))) || byName(a, b),
    (a, b) => a.cells[2].dataset.value - b.cells[2].dataset.value || byName(a, b),
    (a, b) => folder(a) - folder(b) || compareText(text(a, 3), text(b, 3)) || byName(a, b),
  ];
  let current = -1;
  let down = false;
  const sort = (column, isDown) => {
    current = column;
    down = isDown;
    const compare = keys[column];
    const rows = [...body.rows].sort((a, b) => parent(a) - parent(b) || (down ? compare(b, a) : compare(a, b)));
    body.append(...rows);
    headings.forEach((heading, i) => {
      heading.querySelector('span').textContent = i !== column ? '' : down ? ' \\u2191' : ' \\u2193';
      heading.ariaSort = i !== column ? null : down ? 'descending' : 'ascending';
    });
  };
  headings.forEach((heading, column) => {
    const link = document.createElement('a');
    link.href = '#';
    link.className = 'sortheader';
    link.append(heading.textContent, document.createElement('span'));
    link.addEventListener('click', (event) => {
      event.preventDefault();
      sort(column, column === current && !down);
    });
    heading.replaceChildren(link);
  });
  const wanted = new URLSearchParams(location.search.replace(/;/g, '&'));
  const column = 'NMST'.indexOf((wanted.get('C') || '?').replace('D', 'T'));
  if (column >= 0) sort(column, wanted.get('O') === 'D');
})();
`;
