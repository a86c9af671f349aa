import { app, powerMonitor, shell, type Rectangle } from 'electron';
import { join } from 'node:path';
import { channels } from '../../preload/contract.ts';
import { freeDiskSpace } from '../environment/io/free-space.ts';
import { installedEnvironments, proveEnvironments, rollBackEnvironment } from '../environment/io/slots.ts';
import type { Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import { reapLeftovers } from '../services/io/process-records.ts';
import { openLog } from '../services/io/service-log.ts';
import { loadSettings } from '../settings/store.ts';
import { openTelemetry } from '../telemetry/io/telemetry.ts';
import packageFile from '../../package.json';
import { createAudioLink } from './audio-link.ts';
import { createCommands } from './commands.ts';
import { globalKeys } from './global-keys.ts';
import { answerPage } from './ipc.ts';
import { createLogin } from './login.ts';
import { createPanel, type Panel } from './panel.ts';
import { servePage } from './page-protocol.ts';
import { createPreferences } from './preferences.ts';
import { createPressToTalk } from './press-to-talk.ts';
import { applyRemedy } from './remedies.ts';
import { guardPermissions } from './security.ts';
import { followSleep } from './sleep.ts';
import { createDesktopStore, remarkOf } from './state.ts';
import type { TrayIcon } from './tray.ts';
import { showsTrayIcons } from './tray-host.ts';
import { trayMenuOf } from './tray-menu.ts';
import { snapshotOf } from './view.ts';
import { createVoice, type Slots } from './voice.ts';

/** Everything stops by then, or is left to end with us (design, P5). */
const longestQuitMs = 4_500;

export interface DesktopMeans {
  readonly folders: Folders;
  readonly root: string;
  readonly tray: TrayIcon;
}

/** Everything behind the icon: the page, the voice stack, and the state that joins them. */
export async function runDesktop({ folders, root, tray }: DesktopMeans): Promise<void> {
  const store = createDesktopStore(packageFile.version);
  let panel: Panel | null = null;
  const log = openLog(join(folders.logs, 'desktop.log'), () => undefined);
  process.on('uncaughtException', (error) => {
    log.write(`a mistake of ours: ${error.stack ?? error.message}`);
  });
  app.on('child-process-gone', (_event, { type, reason }) => {
    log.write(`the ${type} process ended: ${reason}`);
  });

  const { settings, notices } = await loadSettings(folders, new Date());
  store.setState({ settings, remarks: notices.map(remarkOf) });
  const telemetry = await openTelemetry({ folders, settings, say: log.write, serveMetrics: 'when-asked' });
  store.setState({ events: telemetry.recent() });
  const unlisten = telemetry.onEntry(() => { store.setState({ events: telemetry.recent() }); });
  const preferences = createPreferences(store, folders);
  const link = createAudioLink({
    onMessage: (message) => {
      if (message.kind === 'heard') voice.live()?.hear(message.pcm);
      else voice.live()?.playhead(message.sample, message.outputLatencyMs);
    },
    unplayed: () => voice.live()?.unplayed() ?? [],
    log: log.write,
  });
  const slots: Slots = {
    states: async () => Object.values(await installedEnvironments(folders)),
    prove: (used) => proveEnvironments(folders, used),
    rollBack: (id) => rollBackEnvironment(folders, id),
  };
  const voice = createVoice({ store, folders, root, link, slots, telemetry, log: log.write });
  const unfollowSleep = followSleep(powerMonitor, Date.now, voice.afterSleep);
  const login = createLogin();
  if (settings.startAtLogin) void login.renew().then((problem) => { if (problem !== null) log.write(problem); });
  const pressToTalk = createPressToTalk(store, voice.live, globalKeys);

  const perform = createCommands({
    store,
    voice,
    pressToTalk,
    preferences,
    applyRemedy: (id, given) => applyRemedy(id, given, { folders, hardware: store.getState().planned?.hardware ?? null, freeSpace: (plan) => freeDiskSpace(folders, plan) }),
    startAtLogin: login.set,
    hide: () => panel?.hide(),
    // Not inside the callback of the tray's own menu, which goes with the tray.
    quit: () => setImmediate(() => { app.quit(); }),
    openLogs: () => void shell.openPath(folders.logs),
    log: log.write,
  });

  tray.connect({
    onClick: () => { panel?.toggle(anchorOf(tray)); },
    onEntry: (does) => {
      if (does === 'show') panel?.show(anchorOf(tray));
      else void perform(does);
    },
  });

  servePage(join(__dirname, 'renderer'));
  guardPermissions();
  answerPage({
    page: () => panel?.window.webContents ?? null,
    onAttach: (page) => {
      store.setState({ page: 'there' });
      setImmediate(() => { link.attach(page); });
      return snapshotOf(store.getState());
    },
    onCommand: perform,
    log: log.write,
  });
  mirror();
  panel = createPanel({
    bundles: __dirname,
    iconPath: join(root, 'assets', 'icons', 'app', '256.png'),
    hasTray: () => store.getState().trayShown !== false,
    onCrashed: () => {
      link.close();
      telemetry.note({ kind: 'page-crashed', severity: 'warning', text: 'This window crashed and was loaded again.' });
      store.setState({ page: 'loading', audio: null });
    },
    onLost: () => {
      telemetry.note({ kind: 'page-lost', severity: 'error', text: 'This window crashed again and again, so Earshot does not load it any more by itself.' });
      store.setState({ page: 'lost' });
    },
    log: log.write,
  });
  const shown = panel;
  app.on('second-instance', () => { shown.show(anchorOf(tray)); });
  pressToTalk.followMode();
  stopInOrder();
  void showsTrayIcons().then((trayShown) => {
    store.setState({ trayShown });
    if (trayShown) return;
    shown.window.setSkipTaskbar(false);
    shown.show();
  });

  const unwatch = store.subscribe(({ setup }) => {
    if (setup?.where !== 'first' || setup.steps.length === 0) return;
    // A set-up takes minutes, and a person who waits for it wants to see it.
    unwatch();
    shown.show(anchorOf(tray));
  });

  void startOnCleanGround();

  /** What a killed Earshot has left running would hold ports, memory and the graphics card. */
  async function startOnCleanGround(): Promise<void> {
    const pids = await reapLeftovers(folders).catch((error: unknown) => {
      log.write(`what an earlier Earshot may have left could not be looked at: ${errorMessage(error)}`);
      return [];
    });
    if (pids.length > 0) telemetry.onSupervisorEvent({ kind: 'reaped', pids });
    await voice.start();
  }

  /** Shows the state in the tray and the page: once for all changes of one moment. */
  function mirror(): void {
    let planned = false;
    function show(): void {
      planned = false;
      const state = store.getState();
      const snapshot = snapshotOf(state);
      tray.update({ status: snapshot.status, headline: snapshot.headline, menu: trayMenuOf(state) });
      if (state.page === 'there') panel?.window.webContents.send(channels.snapshot, snapshot);
    }
    store.subscribe(() => {
      if (!planned) setImmediate(show);
      planned = true;
    });
    show();
  }

  /** Quitting waits for the services to end in order, but not longer than a person does. */
  function stopInOrder(): void {
    let stopping = false;
    app.on('before-quit', (event) => {
      event.preventDefault();
      if (stopping) return;
      stopping = true;
      const limit = new Promise((resolve) => setTimeout(resolve, longestQuitMs));
      void Promise.race([Promise.all([endInOrder(), preferences.written()]), limit])
        .catch(noteDisorder)
        .finally(() => {
          log.close();
          app.exit(0);
        });
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => { app.quit(); });

    async function endInOrder(): Promise<void> {
      // One step that fails must not keep the others from being done: the system's tray or keyboard may be gone before us.
      for (const leave of [() => panel?.release(), pressToTalk.close, unfollowSleep, unlisten, link.close, tray.remove, () => panel?.window.hide()]) {
        try {
          leave();
        } catch (error) {
          noteDisorder(error);
        }
      }
      await voice.stop().finally(telemetry.close);
    }

    function noteDisorder(error: unknown): void {
      log.write(`not everything ended in order: ${errorMessage(error)}`);
    }
  }
}

/** Where the tray icon is, if the system says. */
function anchorOf(tray: TrayIcon): Rectangle | undefined {
  const bounds = tray.bounds();
  return bounds.width > 0 ? bounds : undefined;
}
