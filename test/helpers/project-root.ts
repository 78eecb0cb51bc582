import { fileURLToPath } from 'node:url';

/** The project's folder, with a slash at its end; the compiled tests stand two folders below `dist/`. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));
