const similarMax = 3;

/** Those of the known names that differ from this one by a slip or two, the nearest first; case is no difference. */
export function similarNames(text: string, known: Iterable<string>): string[] {
  const name = text.toLowerCase();
  const allowed = Math.max(1, Math.floor(name.length / 6));
  const near: { readonly key: string; readonly distance: number }[] = [];
  for (const key of known) {
    if (Math.abs(key.length - name.length) > allowed) continue;
    const distance = editDistance(name, key.toLowerCase());
    if (distance <= allowed) near.push({ key, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.key < b.key ? -1 : 1));
  return near.slice(0, similarMax).map(({ key }) => key);
}

/** Letters inserted, left out, replaced or swapped with a neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, beforePrevious[j - 2] + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length];
}
