import type { DesktopStore } from './state.ts';

/** How long a microphone stays closed that is to be opened anew. */
const microphoneRestMs = 300;

/** Has the page close the microphone and open it again: one that failed may work now, and one that slept may be open and deaf. */
export function reopenMicrophone(store: DesktopStore): void {
  store.setState({ microphoneRests: true });
  setTimeout(() => {
    store.setState({ microphoneRests: false });
  }, microphoneRestMs);
}
