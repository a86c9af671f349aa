interface Failure {
  readonly said: RegExp;
  readonly meaning: string;
  /** A driver that is still starting says the same; left out for what only a person can change. */
  readonly mayPass?: boolean;
}

/** Failures of nvidia-smi that have a name, and what they mean to the person in front of the machine. */
const meanings: readonly Failure[] = [
  { said: /Driver\/library version mismatch/i, meaning: 'The graphics driver was updated and the computer has not been restarted since: restart it.' },
  { said: /couldn['’]t communicate with the NVIDIA driver/i, meaning: 'The NVIDIA driver is installed but not running: restart the computer, or install the driver again.', mayPass: true },
  { said: /Insufficient Permissions|permission denied/i, meaning: 'This user may not use the graphics card.' },
  { said: /GPU is lost|fallen off the bus|requires reset/i, meaning: 'A graphics card has stopped answering: restart the computer.' },
  { said: /No devices were found/i, meaning: 'The NVIDIA driver is running, but it finds no graphics card.', mayPass: true },
  { said: /NVML Shared Library|libnvidia-ml/i, meaning: 'A part of the NVIDIA driver (NVML) is missing: install the driver again.' },
];

/** Exit codes of nvidia-smi (its manual, “Return Value”) that say something to a person. */
const exitMeanings: Readonly<Record<number, string>> = {
  4: 'This user may not use the graphics card.',
  6: 'The driver could not answer the question.',
  8: 'A graphics card has no power: its power cable is not connected.',
  9: 'The NVIDIA driver is not running: restart the computer, or install the driver again.',
  10: 'The driver has a problem with the interrupts of a graphics card: restart the computer.',
  12: 'A part of the NVIDIA driver (NVML) is missing: install the driver again.',
  14: 'A graphics card reports damaged information about itself (infoROM).',
  15: 'A graphics card has stopped answering: restart the computer.',
};

/** One warning for an nvidia-smi that failed: what it means, then what it said. */
export function explainFailure(said: string, exitCode: number | null): string {
  const words = said.trim().slice(0, 500);
  const meaning = meanings.find((row) => row.said.test(words))?.meaning ?? exitMeanings[exitCode ?? -1];
  const fact = `nvidia-smi failed: ${words === '' ? `exit code ${exitCode ?? 'unknown'}, without a word` : words}`;
  return meaning === undefined ? fact : `${meaning} (${fact})`;
}

/** Exit codes that a driver which is still starting gives as well. */
const passingExitCodes = ['6', '9'];

const lasting: readonly string[] = [
  ...meanings.filter(({ mayPass }) => mayPass !== true).map(({ meaning }) => meaning),
  ...Object.entries(exitMeanings).flatMap(([code, meaning]) => (passingExitCodes.includes(code) ? [] : [meaning])),
];
/** The program hangs, or cannot be run. */
const unusable = /gave no answer within|could not be started|was not found at/i;

/** Whether what was told of nvidia-smi, if anything, may be otherwise in a few seconds. */
export function mayComeRight(warnings: readonly string[]): boolean {
  return !warnings.some((warning) => unusable.test(warning) || lasting.some((meaning) => warning.includes(meaning)));
}
