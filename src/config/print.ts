import type { ArrayElement, ArrayValue, ConfigBlock, ConfigTree, ConfigValue } from './tree.js';

/** The configuration as the reference's `-p` prints it, without the line end after it. */
export function printConfig(tree: ConfigTree): string {
  const children: ConfigBlock[][] = tree.blocks.map(() => []);
  for (const block of tree.blocks) if (block.parent >= 0) children[block.parent].push(block);
  const parts: string[] = [];
  printBlock(tree.blocks[0], 0);
  return parts.join('');

  function printBlock(block: ConfigBlock, depth: number): void {
    parts.push(blockStart(block, depth));
    const width = widestKey(block.settings);
    for (const { key, value } of block.settings)
      parts.push(indent(depth + 1), key.padEnd(width), ' = ', printValue(value, depth + 1), '\n');
    parts.push('\n');
    for (const child of children[block.index]) {
      if (child.previous >= 0) continue;
      parts.push('\n', indent(depth + 1));
      printChain(child, depth + 1);
      parts.push('\n');
    }
    parts.push(indent(depth), '}');
    if (block.condition !== null) parts.push(' # end of ', block.condition.text);
  }

  function printChain(first: ConfigBlock, depth: number): void {
    printBlock(first, depth);
    for (let next = first.next; next >= 0; next = tree.blocks[next].next) {
      parts.push('\n', indent(depth), 'else ');
      printBlock(tree.blocks[next], depth);
    }
  }
}

function blockStart({ index, condition }: ConfigBlock, depth: number): string {
  if (condition === null) return 'config {\n';
  const when = condition.operator === 'else' ? '' : `if ${condition.text} `;
  return `${when}{\n${indent(depth + 1)}# block ${index}\n`;
}

function printValue(value: ConfigValue, depth: number): string {
  if (value.type === 'string') return `"${value.value.replaceAll('"', '\\"')}"`;
  if (value.type === 'integer') return String(value.value);
  return isOneLine(value.elements) ? printLine(value) : printLines(value, depth);
}

/** Up to five strings and numbers of which the first has no key. The keys of the others are lost, as in the reference. */
function isOneLine(elements: readonly ArrayElement[]): boolean {
  if (elements.length > 5 || (elements.length > 0 && elements[0].key !== null)) return false;
  return elements.every(({ value }) => value.type !== 'array');
}

function printLine({ elements }: ArrayValue): string {
  return `(${elements.map(({ value }) => printValue(value, 0)).join(', ')})`;
}

function printLines({ elements }: ArrayValue, depth: number): string {
  const width = widestKey(elements);
  const lines = elements.map(({ key, value }) => {
    const name = key === null ? '' : `"${key}"${' '.repeat(width - key.length)} => `;
    return `${indent(depth + 1)}${name}${printValue(value, depth + 1)},\n`;
  });
  return `(\n${lines.join('')}${indent(depth)})`;
}

function widestKey(entries: readonly { readonly key: string | null }[]): number {
  return entries.reduce((width, { key }) => Math.max(width, key?.length ?? 0), 0);
}

function indent(depth: number): string {
  return '    '.repeat(depth);
}
