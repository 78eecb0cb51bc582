const folders = [
  '.ci',
  'bench',
  'bin',
  'changelog.d',
  'docs',
  'fixtures',
  'grammar',
  'packaging',
  'src',
  'test',
  'tools',
];

const files = [
  '.gitignore',
  '.npmrc',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'biome.json',
  'knip.json',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
];

/** Kept files that stand outside of the layout, or that a program left behind. */
export function strayFiles(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => {
    const [top = '', ...below] = path.split('/');
    const isPlaced = below.length > 0 ? folders.includes(top) : files.includes(path);
    return !isPlaced || /\.(?:log|orig|rej|tmp|bak)$/.test(path);
  });
}
