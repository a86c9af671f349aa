import { MessageChannelMain, type MessagePortMain, type WebContents } from 'electron';
import { channels, linkUpSchema, type LinkDown, type LinkUp } from '../../preload/contract.ts';
import type { ReplyChunk } from '../conversation/reply-stream.ts';

/** Sound between main and the page: one MessagePort, replaced when the page was loaded anew. */
export interface AudioLink {
  /** Gives a page its end; the page before it, if there was one, is cut off. */
  readonly attach: (page: WebContents) => void;
  readonly play: (chunk: ReplyChunk) => void;
  readonly end: () => void;
  readonly drop: () => void;
  readonly close: () => void;
}

export interface AudioLinkOptions {
  readonly onMessage: (message: LinkUp) => void;
  /** What a new page has to play from the start. */
  readonly unplayed: () => readonly ReplyChunk[];
  readonly log: (line: string) => void;
}

export function createAudioLink(options: AudioLinkOptions): AudioLink {
  let port: MessagePortMain | null = null;

  function send(message: LinkDown): void {
    port?.postMessage(message);
  }

  return {
    attach: (page) => {
      port?.close();
      const channel = new MessageChannelMain();
      port = channel.port1;
      port.on('message', ({ data }) => {
        const message = linkUpSchema.safeParse(data);
        if (message.success) options.onMessage(message.data);
        else options.log('the page sent sound in a form that is not known');
      });
      port.start();
      page.postMessage(channels.audioLink, null, [channel.port2]);
      for (const chunk of options.unplayed()) send({ kind: 'play', ...chunk });
      send({ kind: 'end' });
    },
    play: (chunk) => {
      send({ kind: 'play', ...chunk });
    },
    end: () => {
      send({ kind: 'end' });
    },
    drop: () => {
      send({ kind: 'drop' });
    },
    close: () => {
      port?.close();
      port = null;
    },
  };
}
