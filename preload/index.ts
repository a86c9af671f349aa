import { contextBridge, ipcRenderer } from 'electron';
import { channels, type Command, type EarshotBridge, type Snapshot } from './contract.ts';

const listeners = new Set<(snapshot: Snapshot) => void>();
let latest: Snapshot | null = null;
let attached = false;

function take(snapshot: Snapshot): void {
  latest = snapshot;
  for (const listener of listeners) listener(snapshot);
}

async function attach(): Promise<void> {
  attached = true;
  take((await ipcRenderer.invoke(channels.attach)) as Snapshot);
}

const bridge: EarshotBridge = {
  onSnapshot: (listener) => {
    listeners.add(listener);
    if (latest !== null) listener(latest);
    // Main sends sound and state from here on, so the page has to be listening by now.
    if (!attached) void attach();
    return () => {
      listeners.delete(listener);
    };
  },
  send: async (command: Command) => {
    const { refused } = (await ipcRenderer.invoke(channels.command, command)) as { readonly refused: string | null };
    if (refused !== null) throw new Error(refused);
  },
};

contextBridge.exposeInMainWorld('earshot', bridge);

ipcRenderer.on(channels.snapshot, (_event, snapshot: Snapshot) => {
  take(snapshot);
});

// A port cannot cross the bridge; it is handed to the page as a message of its own window.
ipcRenderer.on(channels.audioLink, (event) => {
  window.postMessage(channels.audioLink, '/', [...event.ports]);
});
