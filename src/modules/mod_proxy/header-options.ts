import { type ReadContext, readSwitch } from '../../config/directive.js';
import type { ArrayElement, ArrayValue } from '../../config/tree.js';

/** What stands in a header, and what takes its place. */
export interface HeaderMapping {
  readonly from: string;
  readonly to: string;
}

/** `proxy.header`: how heads are changed on their way, both ways. */
export interface HeaderOptions {
  readonly httpsRemap: boolean;
  readonly forceHttp10: boolean;
  readonly upgrade: boolean;
  readonly connect: boolean;
  readonly urlPaths: readonly HeaderMapping[];
  readonly hostsRequest: readonly HeaderMapping[];
  readonly hostsResponse: readonly HeaderMapping[];
  /** Hosts whose URLs in answers are mapped, and hosts whose are not. */
  readonly urlPathHostInclude: readonly string[];
  readonly urlPathHostExclude: readonly string[];
}

export const noHeaderOptions: HeaderOptions = {
  httpsRemap: false,
  forceHttp10: false,
  upgrade: false,
  connect: false,
  urlPaths: [],
  hostsRequest: [],
  hostsResponse: [],
  urlPathHostInclude: [],
  urlPathHostExclude: [],
};

const switches = new Map<string, keyof HeaderOptions>([
  ['https-remap', 'httpsRemap'],
  ['force-http10', 'forceHttp10'],
  ['upgrade', 'upgrade'],
  ['connect', 'connect'],
]);
const mappings = new Map<string, keyof HeaderOptions>([
  ['map-urlpath', 'urlPaths'],
  ['map-host-request', 'hostsRequest'],
  ['map-host-response', 'hostsResponse'],
]);
const lists = new Map<string, keyof HeaderOptions>([
  ['map-urlpath-resp-host-include', 'urlPathHostInclude'],
  ['map-urlpath-resp-host-exclude', 'urlPathHostExclude'],
]);

export function readHeaderOptions(array: ArrayValue, context: ReadContext): HeaderOptions | undefined {
  const options: Partial<Record<keyof HeaderOptions, unknown>> = { ...noHeaderOptions };
  let failed = false;
  for (const element of array.elements) {
    const name = element.key ?? '';
    const property = switches.get(name) ?? mappings.get(name) ?? lists.get(name);
    const value =
      property === undefined ? unknownOption(name, element, context) : readOption(element, context);
    if (value === undefined || property === undefined) failed = true;
    else options[property] = value;
  }
  return failed ? undefined : (options as HeaderOptions);
}

function unknownOption(name: string, { value }: ArrayElement, context: ReadContext): undefined {
  const names = [...switches.keys(), ...mappings.keys(), ...lists.keys()].join(', ');
  return context.fail(`proxy.header has no option ${name}`, `Use one of ${names}.`, value.origin);
}

function readOption({ key, value }: ArrayElement, context: ReadContext): unknown {
  const name = key ?? '';
  if (switches.has(name)) {
    const enabled = readSwitch(value) ?? undefined;
    return enabled ?? context.fail(`${name} should be "enable" or "disable"`, undefined, value.origin);
  }
  const elements = value.type === 'array' ? value.elements : [];
  const keyed = mappings.has(name);
  const isRight =
    value.type === 'array' &&
    elements.every((element) => element.value.type === 'string' && (element.key !== null) === keyed);
  const shape = keyed ? '( "from" => "to" )' : '( "host" )';
  if (!isRight) return context.fail(`${name} should be a list`, `Write "${name}" => ${shape}.`, value.origin);
  const text = (element: ArrayElement): string =>
    element.value.type === 'string' ? element.value.value : '';
  return elements.map((element) => (keyed ? { from: element.key ?? '', to: text(element) } : text(element)));
}
