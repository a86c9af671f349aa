import { join } from 'node:path';
import type { ElectronApplication } from 'playwright';
import { statuses, type Status } from '../../preload/contract.ts';
import { repository } from './prepare.ts';
import type { TrayPicture } from './tray.ts';

/** A committed picture: blue, green, red and alpha, the colours multiplied by the last. */
interface Committed {
  readonly status: Status;
  readonly width: number;
  readonly height: number;
  readonly bgra: Buffer;
}

/** assets/icons/tray/<state>.png and <state>@2x.png of every state, decoded by the app itself. */
export async function committedPictures(app: ElectronApplication): Promise<readonly Committed[]> {
  const folder = join(repository, 'assets', 'icons', 'tray');
  const decoded = await app.evaluate(
    ({ nativeImage }, { names, path }) =>
      names.flatMap((status) => {
        const image = nativeImage.createFromPath(`${path}/${status}.png`);
        const { width, height } = image.getSize();
        return [1, 2].map((scaleFactor) => ({
          status,
          width: width * scaleFactor,
          height: height * scaleFactor,
          bgra: image.toBitmap({ scaleFactor }).toString('base64'),
        }));
      }),
    { names: statuses, path: folder },
  );
  return decoded.map(({ bgra, ...rest }) => ({ ...rest, bgra: Buffer.from(bgra, 'base64') }));
}

/** The states whose committed picture, in its own size, is what the tray shows: one, unless something is wrong. */
export function statesShown(shown: readonly TrayPicture[], committed: readonly Committed[]): readonly Status[] {
  if (shown.length === 0) return [];
  return statuses.filter((status) =>
    shown.every((picture) => {
      const bgra = multiplied(picture.argb);
      return committed.some((candidate) => candidate.status === status && candidate.width === picture.width && candidate.height === picture.height && candidate.bgra.equals(bgra));
    }),
  );
}

/** The tray is given plain colours: ARGB as BGRA with its colours multiplied by alpha. */
function multiplied(argb: Buffer): Buffer {
  const bgra = Buffer.alloc(argb.length);
  for (let at = 0; at < argb.length; at += 4) {
    const alpha = argb[at] ?? 0;
    for (const place of [1, 2, 3]) bgra[at + 3 - place] = Math.round(((argb[at + place] ?? 0) * alpha) / 255);
    bgra[at + 3] = alpha;
  }
  return bgra;
}
