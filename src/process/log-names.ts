import type { ConfigTree } from '../config/tree.js';

const errorLogKeys = ['server.errorlog', 'server.breakagelog'];

/** Every log that a configuration names, as the settings spell it: what workers may write to. */
export function logNames(
  tree: ConfigTree,
  moduleNames: readonly string[],
  errorlogUseSyslog: boolean,
): string[] {
  const keys = moduleNames.includes('mod_accesslog') ? [...errorLogKeys, 'accesslog.filename'] : errorLogKeys;
  const names = new Set<string>();
  for (const { index, settings } of tree.blocks) {
    const enabled = settings.find(({ key }) => key.toLowerCase() === 'accesslog.use-syslog')?.value;
    const usesSyslog = enabled?.type === 'string' && enabled.value === 'enable';
    for (const { key, value } of settings) {
      const lower = key.toLowerCase();
      if (!keys.includes(lower) || value.type !== 'string' || value.value === '') continue;
      if (lower === 'accesslog.filename' && usesSyslog) continue;
      if (lower === 'server.errorlog' && index === 0 && errorlogUseSyslog) continue;
      names.add(value.value);
    }
  }
  return [...names];
}
