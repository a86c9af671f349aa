import { join, normalize, sep } from 'node:path';

/** The file of `folder` that app://earshot/… asks for; null outside of the folder, for another host, and for what is no address. */
export function fileOf(folder: string, url: string): string | null {
  try {
    const { host, pathname } = new URL(url);
    const path = normalize(join(folder, decodeURIComponent(pathname)));
    return host === 'earshot' && path.startsWith(folder + sep) && !path.endsWith(sep) && !path.includes('\0') ? path : null;
  } catch {
    // URIError or TypeError: an address nobody of ours has written.
    return null;
  }
}
