/** Runs in a thread of its own: zstd for Node versions whose zlib has none. */
import { compress, init } from '@bokuweb/zstd-wasm';
import { serveTasks } from '../../base/task-thread.js';

export interface ZstdTask {
  readonly data: Uint8Array;
  readonly level: number;
}

const ready = init();

serveTasks(async ({ data, level }: ZstdTask) => {
  await ready;
  return compress(data, level);
});
