/** Downloads one file to its end, and says so. Arguments: address, folder of the store, bytes, sha256. */
import { join } from 'node:path';
import { download } from '../../../../main/environment/io/resumable-download.ts';

async function downloadAll(url: string, store: string, bytes: number, hex: string): Promise<void> {
  const problem = await download({
    url,
    expected: { name: 'model.bin', bytes, digest: { algorithm: 'sha256', hex } },
    store,
    path: join(store, 'tiny', 'model.bin'),
    onBytes: () => undefined,
    onLine: () => undefined,
  });
  process.stdout.write(problem === null ? 'done' : problem.message);
}

const [url = '', store = '', bytes = '', hex = ''] = process.argv.slice(2);
void downloadAll(url, store, Number(bytes), hex);
