/** Urgency 3, not incremental. */
export const defaultPriority = 7;
/** Of style sheets and scripts, which a page waits for. */
const pagePriority = 5;

/**
 * A Priority field as one number: less comes first, an even one is sent together with others of the same urgency
 * (h2_parse_priority_update; RFC 9218, 4). What cannot be read counts as not said.
 */
export function parsePriority(text: string): number {
  let urgency = 3;
  let isIncremental = false;
  for (const part of text.split(',')) {
    const item = part.trim().split(';')[0];
    const urgencySaid = /^u=([0-7])$/.exec(item);
    if (urgencySaid !== null) urgency = Number(urgencySaid[1]);
    else if (item === 'i' || item === 'i=?1') isIncremental = true;
    else if (item === 'i=?0') isIncremental = false;
    else if (/^[ui]/.test(item)) break;
  }
  return (urgency << 1) | (isIncremental ? 0 : 1);
}

/** Null where the target says nothing. */
export function priorityOfTarget(target: string): number | null {
  return target.endsWith('.js') || target.endsWith('.css') ? pagePriority : null;
}
