import mime from 'mime/lite';
import type { ArrayValue } from '../../config/tree.js';
import type { MimeTypes } from '../../plugin/core-settings.js';
import { builtinTypes } from './builtin-types.js';

interface Entry {
  readonly key: string;
  readonly type: string;
}

/** Few entries: the first whose key ends the path, without case. An empty key ends every path. */
class SuffixTypes implements MimeTypes {
  private readonly entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.entries = entries;
  }

  typeOf(path: string): string {
    const lower = path.toLowerCase();
    for (const { key, type } of this.entries) if (lower.endsWith(key)) return type;
    return '';
  }
}

/** Many entries: the whole file name, then the longest extension with and without its dot, then the empty key. */
class NameTypes implements MimeTypes {
  private readonly types: ReadonlyMap<string, string>;

  constructor(entries: readonly Entry[]) {
    this.types = new Map(entries.map(({ key, type }) => [key, type]));
  }

  typeOf(path: string): string {
    return this.find(path.slice(path.lastIndexOf('/') + 1).toLowerCase()) ?? this.types.get('') ?? '';
  }

  /** Undefined where nothing but the empty key fits. `name` is in lower case, without its folder. */
  find(name: string): string | undefined {
    const whole = this.types.get(name);
    if (whole !== undefined && name !== '') return whole;
    for (let dot = name.indexOf('.', 1); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const type = this.types.get(name.slice(dot)) ?? this.withoutDot(name, dot + 1);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  private withoutDot(name: string, start: number): string | undefined {
    return start < name.length && name[start] !== '.' ? this.types.get(name.slice(start)) : undefined;
  }
}

/** The list that holds where no `mimetype.assign` does: lighttpd's, then the registered types of `mime`. */
class BuiltinTypes implements MimeTypes {
  private readonly names: NameTypes;

  constructor(entries: readonly Entry[]) {
    this.names = new NameTypes(entries);
  }

  typeOf(path: string): string {
    const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
    return this.names.find(name) ?? mime.getType(`/${name}`) ?? 'application/octet-stream';
  }
}

/** From this many entries on, keys are looked up and no longer tried in order (stat_cache_mimetype_by_ext). */
const manyEntries = 16;

/** `mimetype.assign` as written. */
export function readMimeTypes(array: ArrayValue): MimeTypes {
  const entries: Entry[] = [];
  for (const { key, value } of array.elements) {
    if (key === null || value.type !== 'string') continue;
    entries.push({ key: key.toLowerCase(), type: currentName(key.toLowerCase(), value.value) });
  }
  return entries.length < manyEntries ? new SuffixTypes(entries) : new NameTypes(entries);
}

/** RFC 9239 made application/javascript obsolete; configurations still name it. */
function currentName(key: string, type: string): string {
  return key === '.js' && type === 'application/javascript' ? 'text/javascript' : type;
}

export function builtinMimeTypes(): MimeTypes {
  const entries = Object.entries(builtinTypes).flatMap(([type, keys]) =>
    keys.split(' ').map((key) => ({ key: key.toLowerCase(), type })),
  );
  return new BuiltinTypes(entries);
}
