/** Sorts the table of connections, and draws requests a second from the figures that `?json` gives. */
export const statusScript = `document.addEventListener('DOMContentLoaded', () => {
  const table = document.querySelector('table.connections');
  const links = [...table.querySelectorAll('a.sortheader')];
  links.forEach((link, column) => link.addEventListener('click', (event) => {
    event.preventDefault();
    const arrow = link.querySelector('.sortarrow');
    const down = arrow.textContent !== ' \\u2193';
    for (const other of links) other.querySelector('.sortarrow').textContent = '';
    arrow.textContent = down ? ' \\u2193' : ' \\u2191';
    const value = (row) => row.cells[column].textContent;
    const isNumber = table.rows[1] && table.rows[1].cells[column].className === 'int';
    const compare = (a, b) => isNumber ? parseInt(value(a)) - parseInt(value(b)) : value(a).localeCompare(value(b));
    const rows = [...table.rows].slice(1).sort((a, b) => down ? compare(a, b) : compare(b, a));
    table.tBodies[0].append(...rows);
  }));

  const chart = document.getElementById('chart');
  const seconds = 120;
  const rates = [];
  let last = null;
  chart.innerHTML = '<svg viewBox="0 0 ' + (seconds - 1) + ' 100" preserveAspectRatio="none"><path /></svg><figcaption></figcaption>';
  chart.hidden = false;
  const draw = async () => {
    const answer = await fetch(location.pathname + '?json', { cache: 'no-store' });
    const figures = JSON.parse(await answer.text());
    const at = performance.now() / 1000;
    if (last !== null) {
      rates.push(Math.max(0, (figures.RequestsTotal - last.total) / (at - last.at)));
      if (rates.length > seconds) rates.shift();
      const top = Math.max(1, ...rates);
      const points = rates.map((rate, i) => (seconds - rates.length + i) + ' ' + (98 - 96 * rate / top));
      chart.querySelector('path').setAttribute('d', 'M' + points.join('L'));
      chart.querySelector('figcaption').textContent = 'now ' + rates[rates.length - 1].toFixed(1) +
        ' requests a second, at most ' + top.toFixed(1) + ' in the last two minutes; ' + figures.BusyServers + ' connections';
    }
    last = { total: figures.RequestsTotal, at };
  };
  const next = () => draw().catch(() => {}).then(() => setTimeout(next, 1000));
  next();
});
`;
