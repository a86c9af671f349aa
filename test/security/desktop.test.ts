import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWebServer } from '../fakes/web-server.ts';
import { startDesktop, type Desktop } from '../setup/desktop.ts';
import { processTree } from '../setup/earshot.ts';
import { repository } from '../setup/prepare.ts';

let desktop: Desktop;
beforeAll(async () => {
  // Chromium's own camera and microphone are there to be refused and granted; muted, so that nothing changes by itself.
  desktop = await startDesktop({ arguments: ['--use-fake-device-for-media-stream'], settings: { conversation: { muted: true } } });
  await desktop.snapshotWhere(({ status }) => status === 'muted', 90_000, 'ready');
});
afterAll(async () => {
  await desktop.stop();
});

/** What a script of the page would get; it is text because it runs where these types do not hold. */
function inPage(script: string): Promise<unknown> {
  return desktop.page.evaluate(script);
}

/** What a script comes to in the page, called by the browser and not by the debugger, which may do more. */
function later(script: string): string {
  return `new Promise((resolve) => setTimeout(async () => { try { resolve(await (async () => { ${script} })()); } catch (error) { resolve(error.name); } }, 0))`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('the page', () => {
  test('is served with a policy that allows it its own files only', async () => {
    const headers = await inPage(`fetch('app://earshot/index.html').then(({ headers }) => [headers.get('content-security-policy'), headers.get('x-content-type-options')])`);
    expect(headers).toEqual([
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; worker-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'nosniff',
    ]);
  });

  test('runs no script that was not in a file of ours', async () => {
    const outcome = await inPage(`(async () => {
      const inline = document.createElement('script');
      inline.textContent = 'window.injected = "inline"';
      const data = Object.assign(document.createElement('script'), { src: 'data:text/javascript,window.injected="data"' });
      const blob = Object.assign(document.createElement('script'), { src: URL.createObjectURL(new Blob(['window.injected = "blob"'])) });
      document.body.append(inline, data, blob);
      document.body.insertAdjacentHTML('beforeend', '<img src="none.png" onerror="window.injected = \\'attribute\\'">');
      const link = Object.assign(document.createElement('a'), { href: 'javascript:window.injected="link"' });
      document.body.append(link);
      link.click();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return window.injected ?? null;
    })()`);
    expect(outcome).toBeNull();
    expect([
      await inPage(later(`return (0, eval)('"ran"')`)),
      await inPage(later(`return new Function('return "ran"')()`)),
      await inPage(later(`setTimeout('window.injected = "timer"'); await new Promise((resolve) => setTimeout(resolve, 100)); return window.injected ?? 'nothing'`)),
      await inPage(later(`await import('data:text/javascript,window.injected="module"'); return 'ran'`)),
      await inPage(later(`new Worker('data:text/javascript,postMessage(1)'); return 'ran'`)),
    ]).toEqual(['EvalError', 'EvalError', 'nothing', 'TypeError', 'SecurityError']);
  });

  test('reaches no server, not even on this computer', async () => {
    const server = await startWebServer((_request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      response.end('reached');
    });
    // WebRTC asks no policy: its own ways out are watched beside the web's.
    const calls: string[] = [];
    const datagrams = createSocket('udp4', () => calls.push('udp'));
    const connections = createServer((socket) => {
      calls.push('tcp');
      socket.destroy();
    });
    await Promise.all([once(datagrams.bind(0, '127.0.0.1'), 'listening'), once(connections.listen(0, '127.0.0.1'), 'listening')]);
    const turn = { urls: `turn:127.0.0.1:${(connections.address() as AddressInfo).port}?transport=tcp`, username: 'x', credential: 'x' };
    expect(await (await fetch(`${server.origin}/control`)).text()).toBe('reached');
    const refused = await inPage(`(async () => {
      const origin = '${server.origin}';
      const refused = new Set();
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.add(effectiveDirective));
      const quietly = (attempt) => { try { Promise.resolve(attempt()).catch(() => undefined); } catch { /* refused at once */ } };
      quietly(() => fetch(origin + '/fetch'));
      quietly(() => fetch(origin + '/no-cors', { method: 'POST', mode: 'no-cors', body: 'words' }));
      quietly(() => { const request = new XMLHttpRequest(); request.open('GET', origin + '/xhr'); request.send(); });
      quietly(() => new WebSocket(origin.replace('http', 'ws') + '/socket'));
      quietly(() => new EventSource(origin + '/events'));
      quietly(() => navigator.sendBeacon(origin + '/beacon', 'words'));
      quietly(() => new Worker(origin + '/worker.js'));
      quietly(() => new FontFace('far', 'url(' + origin + '/font)').load());
      const elements = [['img', 'src'], ['script', 'src'], ['iframe', 'src'], ['video', 'src'], ['audio', 'src'], ['embed', 'src'], ['object', 'data']];
      for (const [name, place] of elements) document.body.append(Object.assign(document.createElement(name), { [place]: origin + '/' + name }));
      for (const rel of ['stylesheet', 'prefetch', 'preload', 'modulepreload', 'icon', 'manifest']) {
        const link = Object.assign(document.createElement('link'), { rel, href: origin + '/' + rel, as: rel === 'preload' ? 'script' : '' });
        document.head.append(link);
      }
      document.body.append(Object.assign(document.createElement('form'), { action: origin + '/form', method: 'post' }));
      document.forms[document.forms.length - 1].submit();
      const peer = new RTCPeerConnection({ iceServers: ${JSON.stringify([{ urls: `stun:127.0.0.1:${datagrams.address().port}` }, turn])} });
      peer.createDataChannel('way out');
      await peer.setLocalDescription(await peer.createOffer());
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return [...refused].sort();
    })()`);
    datagrams.close();
    connections.close();
    expect({ requests: server.requests, calls, refused }).toEqual({
      requests: ['/control'],
      calls: [],
      refused: expect.arrayContaining(['connect-src', 'font-src', 'form-action', 'frame-src', 'img-src', 'media-src', 'object-src', 'script-src-elem', 'style-src-elem']) as unknown,
    });
  });

  test('has nothing of Node and two functions of ours', async () => {
    const found = await inPage(`({
      node: ['require', 'process', 'module', 'exports', 'Buffer', 'global', '__dirname', 'electron', 'ipcRenderer', 'contextBridge'].filter((name) => name in window),
      bridge: Reflect.ownKeys(window.earshot).sort(),
      types: Object.values(window.earshot).map((value) => typeof value),
      reached: [window.earshot.send.constructor === Function, window.earshot.onSnapshot.constructor === Function],
    })`);
    expect(found).toEqual({ node: [], bridge: ['onSnapshot', 'send'], types: ['function', 'function'], reached: [true, true] });
    expect(await inPage(`(() => { const frame = document.createElement('iframe'); document.body.append(frame); return typeof frame.contentWindow.earshot; })()`)).toBe('undefined');
  });

  test('runs in a sandbox of its own', async () => {
    const preferences = await desktop.app.evaluate(({ BrowserWindow }) => {
      const [page] = BrowserWindow.getAllWindows();
      return (page?.webContents as unknown as { getLastWebPreferences: () => Record<string, unknown> }).getLastWebPreferences();
    });
    const denied = { nodeIntegration: false, nodeIntegrationInSubFrames: false, webviewTag: false, allowRunningInsecureContent: false };
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, webSecurity: true, ...denied });
  });

  const ways = {
    'an address': (to: string) => `location.href = '${to}'`,
    'a replaced address': (to: string) => `location.replace('${to}')`,
    'a link': (to: string) => `const way = Object.assign(document.createElement('a'), { href: '${to}' }); document.body.append(way); way.click(); way.remove()`,
    'a link to a new window': (to: string) => `const way = Object.assign(document.createElement('a'), { href: '${to}', target: '_blank' }); document.body.append(way); way.click(); way.remove()`,
    'a window': (to: string) => `window.open('${to}')`,
    'a refresh': (to: string) => `document.head.append(Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: '0;url=${to}' }))`,
  };
  test.each(Object.entries(ways))('is left by nothing: %s', async (_name, leave) => {
    const server = await startWebServer((_request, response) => response.end('reached'));
    await inPage(`window.stays = true`);
    for (const to of [`${server.origin}/`, 'file:///etc/passwd', 'data:text/html,elsewhere', 'app://earshot/app.js', 'app://other/index.html']) {
      await inPage(`setTimeout(() => { ${leave(to)} }, 0)`);
      await pause(200);
    }
    const windows = await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()));
    expect({ requests: server.requests, windows, stays: await inPage(`window.stays`) }).toEqual({ requests: [], windows: ['app://earshot/index.html'], stays: true });
  });

  test('comes back from about:blank, the one place the browser asks nobody about', async () => {
    await inPage(`void setTimeout(() => { location.href = 'about:blank'; }, 0)`);
    await expect.poll(() => inPage(`document.title + ' ' + typeof window.stays`).catch(() => 'on its way'), { timeout: 10_000 }).toBe('Earshot undefined');
    expect((await desktop.snapshot()).status).toBe('muted');
  });
});

test('app:// serves the files of the page and nothing else', async () => {
  async function statusOf(url: string, method = 'GET'): Promise<number> {
    return desktop.app.evaluate(async ({ net }, request) => (await net.fetch(request.url, { method: request.method })).status, { url, method });
  }
  expect([await statusOf('app://earshot/index.html'), await statusOf('app://earshot/app.js')]).toEqual([200, 200]);
  const outside = ['../index.cjs', '%2e%2e/index.cjs', '%2e%2e%2findex.cjs', '..%2findex.cjs', '..%2F..%2Fpackage.json', '..%5cindex.cjs', '%252e%252e%252findex.cjs'];
  const absolute = ['/etc/passwd', '%2fetc%2fpasswd', '..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd', '..%2frenderer-of-another/index.html'];
  const none = ['', 'none.js', '%e0%a4%a'];
  const elsewhere = [...[...outside, ...absolute, ...none].map((path) => `app://earshot/${path}`), 'app://other/index.html', 'app://earshot.example/index.html'];
  for (const url of elsewhere) expect([url, await statusOf(url)]).toEqual([url, 404]);
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD']) expect([method, await statusOf('app://earshot/index.html', method)]).toEqual([method, 404]);
});

describe('permissions', () => {
  test('our page gets the microphone and nothing else', async () => {
    expect({
      microphone: await inPage(later(`const stream = await navigator.mediaDevices.getUserMedia({ audio: true }); for (const track of stream.getTracks()) track.stop(); return 'granted'`)),
      camera: await inPage(later(`await navigator.mediaDevices.getUserMedia({ video: true }); return 'granted'`)),
      both: await inPage(later(`await navigator.mediaDevices.getUserMedia({ audio: true, video: true }); return 'granted'`)),
      screen: await inPage(later(`await navigator.mediaDevices.getDisplayMedia({ video: true }); return 'granted'`)),
      place: await inPage(`new Promise((resolve) => navigator.geolocation.getCurrentPosition(() => resolve('granted'), ({ code }) => resolve(code)))`),
      notifications: await inPage(`Notification.requestPermission()`),
      clipboard: await inPage(later(`await navigator.clipboard.readText(); return 'granted'`)),
      midi: await inPage(later(`await navigator.requestMIDIAccess({ sysex: true }); return 'granted'`)),
    }).toEqual({
      microphone: 'granted',
      camera: 'NotAllowedError',
      both: 'NotAllowedError',
      screen: expect.stringMatching(/^Not(Supported|Allowed)Error$/) as unknown,
      place: 1,
      notifications: 'denied',
      clipboard: 'NotAllowedError',
      midi: 'SecurityError',
    });
    const asked = ['microphone', 'camera', 'geolocation', 'notifications', 'clipboard-read', 'midi', 'persistent-storage', 'idle-detection', 'screen-wake-lock', 'background-sync'];
    const states = await inPage(`Promise.all(${JSON.stringify(asked)}.map(async (name) => [name, (await navigator.permissions.query({ name })).state]))`);
    expect(states).toEqual(asked.map((name) => [name, name === 'microphone' ? 'granted' : 'denied']));
  });

  test('a page from elsewhere gets not even the microphone', async () => {
    const outcome = await desktop.app.evaluate(async ({ BrowserWindow }, path) => {
      const window = new BrowserWindow({ show: false });
      try {
        await window.loadFile(path);
        return (await window.webContents.executeJavaScript(`navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'granted', (error) => error.name)`, true)) as string;
      } finally {
        window.destroy();
      }
    }, join(repository, 'README.md'));
    expect(outcome).toBe('NotAllowedError');
  });
});

describe('what main is asked for', () => {
  const unknown = [null, 'quit', 7, [], {}, { kind: 'nothing' }, { kind: '__proto__' }, { kind: ['quit'] }];
  const settings = [{ kind: 'set-muted' }, { kind: 'set-muted', muted: 'false' }, { kind: 'set-mode', mode: 'always' }, { kind: 'dismiss-notice' }];
  const questions = [{ kind: 'ask' }, { kind: 'ask', text: '   ' }, { kind: 'ask', text: 'x'.repeat(4_001) }];
  const devices = [{ kind: 'choose-microphone', device: { id: 7, label: 'x' } }, { kind: 'choose-speaker' }, { kind: 'report-audio', report: { microphone: 'live' } }];
  test('a command that is none is refused, and changes nothing', async () => {
    const file = join(desktop.home, 'config', 'settings.json');
    const before = [await desktop.snapshot(), await readFile(file, 'utf8')];
    for (const command of [...unknown, ...settings, ...questions, ...devices]) {
      const answer = await inPage(`window.earshot.send(${JSON.stringify(command)}).then(() => 'taken', ({ message }) => message)`);
      expect([command, answer]).toEqual([command, 'Earshot does not know this command.']);
    }
    await pause(300);
    expect([await desktop.snapshot(), await readFile(file, 'utf8')]).toEqual(before);
  });

  test.each(['about:blank', 'data:text/html,elsewhere', 'app://earshot/index.html'])('another window with our own preload script is refused: %s', async (url) => {
    const outcome = await desktop.app.evaluate(
      async ({ BrowserWindow }, { preload, address }) => {
        const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true, contextIsolation: true } });
        try {
          await window.loadURL(address);
          return (await window.webContents.executeJavaScript(
            `(async () => {
              const got = [];
              window.addEventListener('message', () => got.push('link'));
              window.earshot.onSnapshot(() => got.push('snapshot'));
              const answer = await window.earshot.send({ kind: 'set-muted', muted: false }).then(() => 'taken', ({ message }) => message);
              await new Promise((resolve) => setTimeout(resolve, 500));
              return { answer, got };
            })()`,
          )) as unknown;
        } finally {
          window.destroy();
        }
      },
      { preload: join(repository, 'dist', 'preload.cjs'), address: url },
    );
    expect(outcome).toEqual({ answer: 'This page may not ask Earshot for anything.', got: [] });
    expect((await desktop.snapshot()).listening.muted).toBe(true);
  });

  test('main listens to two questions of the page and to nothing else', async () => {
    const heard = await desktop.app.evaluate(({ ipcMain }) => ({
      messages: ipcMain.eventNames(),
      questions: [...(ipcMain as unknown as { _invokeHandlers: ReadonlyMap<string, unknown> })._invokeHandlers.keys()].sort(),
    }));
    // The one message is Electron's own.
    expect(heard).toEqual({ messages: ['error'], questions: ['earshot:attach', 'earshot:command'] });
  });
});

test('no process of it listens anywhere but on this computer', () => {
  const sockets = processTree(desktop.pid).flatMap(({ pid }) => [...listeningSockets(pid)]);
  // Four services at least; others are Playwright's own.
  expect(sockets.length).toBeGreaterThanOrEqual(4);
  expect(sockets.filter((address) => !address.startsWith('0100007F:'))).toEqual([]);
});

/** Local addresses of the TCP sockets that a process listens on, as /proc writes them. */
function listeningSockets(pid: number): readonly string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
      } catch {
        // Closed while we looked.
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .flatMap((fields) => (fields[3] === '0A' && fields[9] !== undefined && inodes.has(fields[9]) ? [fields[1] ?? ''] : [])),
  );
}
