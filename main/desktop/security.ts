import { session, type WebContents, type WebFrameMain } from 'electron';
import { pageOrigin, pageUrl } from './page-protocol.ts';

/** What our page may ask the browser for; everything else is refused to everyone. */
const granted = new Set(['media', 'speaker-selection']);

/** Grants the microphone and the choice of a speaker to our own page, and nothing to anybody else. */
export function guardPermissions(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_page, permission, answer, details) => {
    const camera = 'mediaTypes' in details && (details.mediaTypes ?? []).includes('video');
    answer(granted.has(permission) && !camera && isOurs(details.requestingUrl));
  });
  // Its first question about the microphone names no kind of media.
  defaultSession.setPermissionCheckHandler((_page, permission, origin, details) => granted.has(permission) && details.mediaType !== 'video' && isOurs(origin));
}

/** Nothing leaves our page: no navigation, no window, no embedded page. */
export function guardPage(page: WebContents): void {
  page.setWindowOpenHandler(() => ({ action: 'deny' }));
  page.on('will-navigate', (event) => {
    event.preventDefault();
  });
  page.on('will-redirect', (event) => {
    event.preventDefault();
  });
  page.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  // Chromium asks nobody before it goes to about:blank.
  page.on('did-navigate', (_event, url) => {
    if (url !== pageUrl) page.loadURL(pageUrl).catch(() => undefined);
  });
  // No content security policy holds WebRTC.
  page.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}

/** Whether a message comes from the top frame of our own page. */
export function isTrustedSender(sender: WebContents, frame: WebFrameMain | null, page: WebContents | null): boolean {
  return page !== null && sender === page && frame !== null && frame === page.mainFrame && frame.url === pageUrl;
}

function isOurs(url: string): boolean {
  return url === pageOrigin || url.startsWith(`${pageOrigin}/`);
}
