/** What a process has used, as the kernel accounts for it. */

import { readFile } from 'node:fs/promises';

/** CPU microseconds that a process has used, all its threads, user and system. @param {number} pid */
export async function cpuMicros(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Memory that is its own and present. @param {number} pid */
export async function residentMegabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** The processes that this one has started. */
export async function children() {
  const threads = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return threads.trim().split(/\s+/).filter(Boolean).map(Number);
}
