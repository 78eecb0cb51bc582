import type { BackendAnswer } from './backend-answer.js';
import { addCgiEnvironment, type CgiEnvironmentOptions, environmentLines } from './cgi-environment.js';
import type { Wire, WireTarget } from './wire.js';

const uwsgiLengthMax = 65535;

/** What SCGI and uwsgi have in common: variables first, then the body as it is, then the answer as CGI writes it. */
abstract class VariablesWire implements Wire {
  readonly kind = 'scgi';
  readonly takesUnknownLength = false;
  readonly bodyEnd = null;
  protected readonly target: WireTarget;

  constructor(target: WireTarget) {
    this.target = target;
  }

  abstract open(): Buffer | number;

  private get environment(): CgiEnvironmentOptions {
    const { docroot } = this.target.backend.settings;
    return { docroot: docroot === '' ? undefined : docroot };
  }

  describe(): readonly string[] {
    return environmentLines(this.target.request, this.environment);
  }

  /** False where two headers have one variable name. */
  protected addVariables(add: (name: string, value: string) => void): boolean {
    return addCgiEnvironment(this.target.request, this.environment, add);
  }

  frame(content: Buffer): readonly Buffer[] {
    return [content];
  }

  receive(bytes: Buffer, answer: BackendAnswer): void {
    answer.feed(bytes);
  }

  ended(answer: BackendAnswer): void {
    answer.end();
  }
}

/** `LENGTH:NAME\0VALUE\0...,` (https://python.ca/scgi/protocol.txt). */
export class ScgiWire extends VariablesWire {
  open(): Buffer | number {
    let text = '';
    const isClear = this.addVariables((name, value) => {
      text += `${name}\0${value}\0`;
    });
    if (!isClear) return 400;
    text += 'SCGI\x001\0';
    return Buffer.from(`${text.length}:${text},`, 'latin1');
  }
}

/** A head of four bytes, then names and values behind their lengths, little-endian (uwsgi protocol, modifier 0). */
export class UwsgiWire extends VariablesWire {
  open(): Buffer | number {
    let text = '';
    let isTooLong = false;
    const isClear = this.addVariables((name, value) => {
      if (value.length > uwsgiLengthMax) isTooLong = true;
      text += lengthText(name.length) + name + lengthText(value.length) + value;
    });
    if (!isClear) return 400;
    if (isTooLong || text.length > uwsgiLengthMax) return 431;
    return Buffer.from(`\0${lengthText(text.length)}\0${text}`, 'latin1');
  }
}

function lengthText(length: number): string {
  return String.fromCharCode(length & 255, (length >> 8) & 255);
}
