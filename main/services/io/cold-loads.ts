import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Folders } from '../../platform/folders.ts';
import { startBudgetMs, withLoad, type Loads } from '../start-budget.ts';
import type { Service } from '../service.ts';

/** How long each engine takes to load on this computer: what its next start is measured by. */
export interface ColdLoads {
  /** Time from start to ready after which a start counts as failed. */
  readonly budgetMs: (service: Service) => number;
  readonly note: (service: Service, loadMs: number) => void;
}

const loadsSchema = z.record(z.string(), z.array(z.number().positive()));

/** The loads that were measured here, kept in a file. Without the file, or without a way to write it, engines have the budgets they come with. */
export function openColdLoads(folders: Folders): ColdLoads {
  const path = join(folders.data, 'cold-loads.json');
  let loads = readLoads(path);
  return {
    budgetMs: (service) => startBudgetMs(loads, service),
    note: (service, loadMs) => {
      loads = withLoad(loads, service, loadMs);
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(`${path}.new`, JSON.stringify(loads, null, 2));
        renameSync(`${path}.new`, path);
      } catch {
        // A full disk costs nothing but the memory of this start: the next one is measured again.
      }
    },
  };
}

function readLoads(path: string): Loads {
  try {
    return loadsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}
