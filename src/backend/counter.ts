/** Adds to a figure of the statistics page. */
export function count(counters: Map<string, number>, name: string, by = 1): void {
  counters.set(name, (counters.get(name) ?? 0) + by);
}

/** A figure of the statistics page that is also asked for on the way: it has one owner, and its name is made once. */
export class Counter {
  value = 0;
  private readonly counters: Map<string, number>;
  private readonly name: string;

  constructor(counters: Map<string, number>, name: string) {
    this.counters = counters;
    this.name = name;
    counters.set(name, 0);
  }

  add(by: number): void {
    this.value += by;
    this.counters.set(this.name, this.value);
  }
}
