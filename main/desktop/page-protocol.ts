import { net, protocol } from 'electron';
import { pathToFileURL } from 'node:url';
import { fileOf } from './page-files.ts';

/** Where our one page comes from: a secure context of its own, unlike file://. */
export const pageOrigin = 'app://earshot';
export const pageUrl = `${pageOrigin}/index.html`;

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the files of `folder` as app://earshot/…, with the policy that forbids everything from elsewhere. */
export function servePage(folder: string): void {
  protocol.handle('app', async (request) => {
    const path = fileOf(folder, request.url);
    if (path === null || request.method !== 'GET') return new Response('Not found', { status: 404 });
    // Electron's own fetch reads inside an asar archive too and knows the types of files.
    const file = await net.fetch(pathToFileURL(path).href).catch(() => null);
    if (file?.ok !== true) return new Response('Not found', { status: 404 });
    const headers = new Headers(file.headers);
    headers.set('Content-Security-Policy', contentSecurityPolicy);
    headers.set('X-Content-Type-Options', 'nosniff');
    return new Response(file.body, { headers });
  });
}
