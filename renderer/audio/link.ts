import type { channels, LinkDown, LinkUp } from '../../preload/contract.ts';

/** Typed after the contract, so that a renamed channel fails to compile without bundling the contract's schemas. */
const audioLink: typeof channels.audioLink = 'earshot:audio-link';

/** The page's end of the audio link. Main may hand over a new one at any time; it replaces the old. */
export interface AudioLink {
  /** Without a link there is nobody to hear it. */
  readonly send: (message: LinkUp) => void;
}

/** Waits for links from the preload script; `onFresh` is told of each before its first message. */
export function createAudioLink(onMessage: (message: LinkDown) => void, onFresh: () => void): AudioLink {
  let port: MessagePort | null = null;

  function replace(next: MessagePort): void {
    port?.close();
    port = next;
    onFresh();
    next.onmessage = ({ data }: MessageEvent<LinkDown>) => {
      onMessage(data);
    };
  }

  window.addEventListener('message', (event: MessageEvent) => {
    const [handed] = event.ports;
    if (event.source === window && event.data === audioLink && handed !== undefined) replace(handed);
  });
  return {
    send(message) {
      port?.postMessage(message);
    },
  };
}
