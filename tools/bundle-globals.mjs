// What bundles use in place of Node's globals of these names, which are getters and cost a call each time.
export { Buffer } from 'node:buffer';
export { default as process } from 'node:process';
