/** Runs in a thread of its own: slow password hashes, so that no request waits for another's password. */
import { setPriority } from 'node:os';
import { serveTasks } from '../../base/task-thread.js';
import { verifyCrypt } from './crypt/crypt.js';
import type { HashTask } from './hash-queue.js';

// on Linux a priority belongs to the thread: serving goes before hashing where they share a core
if (process.platform === 'linux') setPriority(0, 5);

serveTasks(({ password, hash }: HashTask) => verifyCrypt(Buffer.from(password, 'latin1'), hash));
