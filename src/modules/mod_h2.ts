/**
 * Speaks HTTP/2. The connection does it, without this module being named: only its name is here.
 */

import { defineModule } from '../plugin/define-module.js';

export const modH2 = defineModule({
  name: 'mod_h2',
  directives: {},
});
