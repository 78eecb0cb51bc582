import { lowerAscii } from '../base/ascii.js';
import type { ConfigBlock, ConfigTree, ConfigValue, Setting } from './tree.js';

/** Values that the reference changes as it reads them (config_insert); `-p` shows the change. */
const adjusted: ReadonlyMap<string, (value: ConfigValue) => ConfigValue> = new Map([
  ['mimetype.assign', withTextJavascript],
  ['server.tag', withHeaderLines],
]);

export function adjustValues(tree: ConfigTree): ConfigTree {
  return { ...tree, blocks: tree.blocks.map(adjustBlock) };
}

function adjustBlock(block: ConfigBlock): ConfigBlock {
  if (!block.settings.some(isAdjusted)) return block;
  const settings = block.settings.map((setting) => {
    const adjust = adjusted.get(lowerAscii(setting.key));
    return adjust === undefined ? setting : { ...setting, value: adjust(setting.value) };
  });
  return { ...block, settings };
}

function isAdjusted({ key }: Setting): boolean {
  return adjusted.has(lowerAscii(key));
}

/** RFC 9239: scripts are text/javascript, whatever old configurations say. */
function withTextJavascript(value: ConfigValue): ConfigValue {
  if (value.type !== 'array') return value;
  const elements = value.elements.map((element) => {
    const isScript = element.key !== null && lowerAscii(element.key) === '.js';
    if (!isScript || element.value.type !== 'string' || element.value.value !== 'application/javascript')
      return element;
    return { ...element, value: { ...element.value, value: 'text/javascript' } };
  });
  return { ...value, elements };
}

/** A tag of several lines stays one header: each line after the first begins with a blank. Blanks alone are nothing. */
function withHeaderLines(value: ConfigValue): ConfigValue {
  if (value.type !== 'string') return value;
  const isBlank = /^[ \t\r\n]*$/.test(value.value);
  return { ...value, value: isBlank ? '' : value.value.replace(/\n(?![ \t])/g, '\n ') };
}
