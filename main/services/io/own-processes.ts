import { readdirSync } from 'node:fs';
import { processStat } from '../../platform/process-identity.ts';

/**
 * Process ids of everything `root` has started, and what that has started: an engine stands behind its shim, and the
 * driver names the engine. `root` itself is always among them. Where there is no /proc (Windows) it is the only one, so
 * that a card's memory counts as somebody else's there rather than as ours.
 */
export function processesBelow(root: number): ReadonlySet<number> {
  const parents = parentsOfProcesses();
  const below = new Set<number>();
  let found = [root];
  while (found.length > 0) {
    for (const pid of found) below.add(pid);
    found = [...parents].filter(([pid, parent]) => below.has(parent) && !below.has(pid)).map(([pid]) => pid);
  }
  return below;
}

function parentsOfProcesses(): ReadonlyMap<number, number> {
  if (process.platform === 'win32') return new Map();
  return new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name): readonly (readonly [number, number])[] => {
        const stat = processStat(Number(name));
        return stat === null ? [] : [[Number(name), stat.parent]];
      }),
  );
}
