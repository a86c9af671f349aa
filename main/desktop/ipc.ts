import { ipcMain, type WebContents } from 'electron';
import { channels, commandSchema, type Command, type Snapshot } from '../../preload/contract.ts';
import { isTrustedSender } from './security.ts';

/** What main answers to a command: nothing, or why it was refused. */
export interface Answer {
  readonly refused: string | null;
}

export interface IpcOptions {
  readonly page: () => WebContents | null;
  /** A page has come; it gets the first snapshot and then an audio link. */
  readonly onAttach: (page: WebContents) => Snapshot;
  /** Settles with why it was refused, or null. */
  readonly onCommand: (command: Command) => Promise<string | null>;
  readonly log: (line: string) => void;
}

/** Takes what the page asks for: first who asks is checked, then what is asked. */
export function answerPage(options: IpcOptions): void {
  ipcMain.handle(channels.attach, (event): Snapshot => {
    if (!isTrustedSender(event.sender, event.senderFrame, options.page())) throw new Error('refused');
    return options.onAttach(event.sender);
  });
  ipcMain.handle(channels.command, async (event, data: unknown): Promise<Answer> => {
    if (!isTrustedSender(event.sender, event.senderFrame, options.page())) {
      options.log('a message from a page that is not ours was refused');
      return { refused: 'This page may not ask Earshot for anything.' };
    }
    const command = commandSchema.safeParse(data);
    if (!command.success) {
      options.log(`a command that is none was refused: ${command.error.issues[0]?.message ?? ''}`);
      return { refused: 'Earshot does not know this command.' };
    }
    return { refused: await options.onCommand(command.data) };
  });
}
