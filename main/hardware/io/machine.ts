import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { HardwareReport } from '../model.ts';
import type { SystemFiles } from './system-files.ts';

/** From /proc/cpuinfo: systeminformation's cpu() starts three programs to learn the same. */
export async function processor(files: SystemFiles): Promise<HardwareReport['cpu']> {
  const text = (await files.text('proc/cpuinfo')) ?? '';
  const model = /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? cpus()[0]?.model ?? 'unknown';
  const cores = text.match(/^processor\s*:/gm)?.length ?? cpus().length;
  // ARM calls them features.
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? '';
  return { model: model.trim(), cores, flags: flags.split(/\s+/).filter((flag) => flag !== '') };
}

/** Memory this process may have: a container's limit where that is less than the machine's. */
export async function memoryMiB(files: SystemFiles): Promise<number> {
  const kibibytes = /^MemTotal:\s+(\d+) kB/m.exec((await files.text('proc/meminfo')) ?? '')?.[1];
  const total = kibibytes === undefined ? totalmem() : Number(kibibytes) * 1024;
  // Version 2 of control groups, then version 1; "max" and huge numbers mean no limit.
  const limits = await Promise.all([files.text('sys/fs/cgroup/memory.max'), files.text('sys/fs/cgroup/memory/memory.limit_in_bytes')]);
  const bytes = Math.min(total, ...limits.map(Number).filter((limit) => limit > 0));
  return Math.round(bytes / 1024 ** 2);
}

export async function connectedDisplays(files: SystemFiles): Promise<number> {
  const outputs = await files.names('sys/class/drm');
  const states = await Promise.all(outputs.map((output) => files.text(`sys/class/drm/${output}/status`)));
  return states.filter((state) => state === 'connected').length;
}

export async function runsInWsl(files: SystemFiles): Promise<boolean> {
  return /microsoft/i.test((await files.text('proc/version')) ?? '');
}

export async function runsInContainer(files: SystemFiles): Promise<boolean> {
  if (existsSync(files.absolute('.dockerenv')) || existsSync(files.absolute('run/.containerenv'))) return true;
  return /docker|containerd|kubepods|lxc/.test((await files.text('proc/1/cgroup')) ?? '');
}
