import * as fs from 'node:fs';

/** The file has the old text or the new one (latin1), each whole, and keeps its mode and owner; a link stays a link. */
export function replaceFile(file: string | Buffer, text: string): void {
  const target = fs.realpathSync(file);
  const { mode, uid, gid } = fs.statSync(target);
  const temporary = `${target}.${process.pid}.new`;
  try {
    fs.writeFileSync(temporary, text, { encoding: 'latin1', flag: 'wx', mode: 0o600 });
    const made = fs.statSync(temporary);
    if (made.uid !== uid || made.gid !== gid) fs.chownSync(temporary, uid, gid);
    fs.chmodSync(temporary, mode & 0o7777);
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
