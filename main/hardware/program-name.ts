import type { GpuProcess } from './model.ts';

/** Words for a program on a graphics card: "python (process 12)", or that the driver does not tell its name. */
export function programName({ name, pid }: Pick<GpuProcess, 'name' | 'pid'>): string {
  return `${readableName(name) ?? 'a program whose name the driver does not tell'} (process ${pid})`;
}

/** The last part of its path; null for "[Insufficient Permissions]" (another user's), "[Not Found]" (WSL 2, containers) and the like. */
function readableName(name: string): string | null {
  const text = name.trim();
  if (/^(\[.*\]|-|N\/A|)$/i.test(text)) return null;
  return text.split(/[\\/]/).findLast((part) => part !== '') ?? text;
}
