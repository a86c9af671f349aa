/** Replaces a file again and again until it is killed, and says a dot for every write. Arguments: path, bytes. */
import { writeFileAtomically } from '../../../main/platform/atomic-file.ts';

async function writeForever(path: string, bytes: number): Promise<never> {
  for (let round = 0; ; round += 1) {
    await writeFileAtomically(path, String.fromCharCode(97 + (round % 26)).repeat(bytes));
    process.stdout.write('.');
  }
}

void writeForever(process.argv[2] ?? '', Number(process.argv[3]));
