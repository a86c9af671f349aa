/**
 * Preloaded into Node (`--require`, once bundled): at each SIGUSR2 the clock of the day jumps, first an hour forward, then to
 * an hour back, and so on, as a person or a time server sets it. By how much then stands in the file that EARSHOT_FAKE_CLOCK
 * names. Clocks that are never set back (`performance.now()`, timers) go on.
 */
import { writeFileSync } from 'node:fs';

const RealDate = Date;
const hourMs = 3_600_000;
let shiftMs = 0;

class ShiftedDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(RealDate.now() + shiftMs);
    else super(...(given as [number]));
  }

  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}

process.on('SIGUSR2', () => {
  shiftMs = shiftMs > 0 ? -hourMs : hourMs;
  globalThis.Date = ShiftedDate as unknown as DateConstructor;
  const file = process.env['EARSHOT_FAKE_CLOCK'];
  if (file !== undefined) writeFileSync(file, String(shiftMs));
});
