import { probe } from '../../hardware/io/probe.ts';
import type { HardwareReport } from '../../hardware/model.ts';
import { rememberedCards, type Folders } from '../../platform/folders.ts';
import { processesBelow } from './own-processes.ts';

/** What this machine is. What our own engines hold of a card is theirs to give back, and no sleeping card is woken. */
export function lookAround(folders: Folders): Promise<HardwareReport> {
  return probe({ rememberedPath: rememberedCards(folders), ownPids: processesBelow(process.pid) }, process.env);
}
