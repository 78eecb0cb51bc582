import { KnownFields } from './known-fields.js';
import { KnownTargets } from './known-targets.js';

/** What a worker remembers of heads that it has read. */
export class KnownHeads {
  readonly fields = new KnownFields();
  readonly targets = new KnownTargets();
}
