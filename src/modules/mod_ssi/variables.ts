import { addCgiEnvironment } from '../../backend/cgi-environment.js';
import type { RequestState } from '../../plugin/request-state.js';

interface Variable {
  /** As it was spelt at first. */
  readonly name: string;
  readonly value: string;
}

/** What `echo`, `printenv` and expressions know by name: the variables of CGI, and those that the page has set. */
export class Variables {
  private readonly environment = new Map<string, Variable>();
  private readonly own = new Map<string, Variable>();

  /** Null where two headers of the request would be one variable. Credentials are not among the variables. */
  static of(request: RequestState): Variables | null {
    const variables = new Variables();
    const isUnambiguous = addCgiEnvironment(request, {}, (name, value) => {
      if (name !== 'HTTP_AUTHORIZATION') setIn(variables.environment, name, value);
    });
    return isUnambiguous ? variables : null;
  }

  set(name: string, value: string): void {
    setIn(this.own, name, value);
  }

  /** Without case. The request's own variables hide those of the page. */
  get(name: string): string | undefined {
    const lower = name.toLowerCase();
    return (this.environment.get(lower) ?? this.own.get(lower))?.value;
  }

  /** The page's own first, each kind by length and then by name, as lighttpd keeps them. */
  *all(): Generator<Variable> {
    for (const kind of [this.own, this.environment])
      yield* [...kind.entries()]
        .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
        .map(([, each]) => each);
  }
}

function setIn(variables: Map<string, Variable>, name: string, value: string): void {
  const lower = name.toLowerCase();
  variables.set(lower, { name: variables.get(lower)?.name ?? name, value });
}
