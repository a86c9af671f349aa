import { listed } from './driver.ts';

/** "cu130 needs the NVIDIA driver 580 or newer; …": a note about one build that was not chosen. */
const aboutBuild = /^(cu\d{3}|cpu) (.+)\.$/;

/** Whether a note is about builds that were not chosen: seven of them would bury what matters to a reader. */
export function isBuildNote(note: string): boolean {
  return aboutBuild.test(note) || /^Beside (cu\d{3}|cpu) you may ask for the torch build/.test(note);
}

/** Every build that was not chosen in one line, those with the same reason together; empty when there is none. */
export function otherBuilds(notes: readonly string[]): string {
  const byReason = new Map<string, readonly string[]>();
  for (const note of notes) {
    const [, id, sentence = ''] = aboutBuild.exec(note) ?? [];
    if (id === undefined) continue;
    const reason = shortened(sentence);
    byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
  }
  const parts = [...byReason].map(([reason, ids]) => `${listed(ids)} ${ids.length === 1 ? reason : plural(reason)}`);
  return parts.length === 0 ? '' : `Other builds: ${parts.join('; ')}.`;
}

function shortened(sentence: string): string {
  return sentence
    .replace(/; \w+ is preferred$/, '')
    .replace(/needs the NVIDIA driver (\S+) or newer[;,].*$/, 'needs driver $1');
}

function plural(reason: string): string {
  return reason.replace(/^(needs|has|is|comes)\b/, (verb) => ({ needs: 'need', has: 'have', is: 'are', comes: 'come' })[verb] ?? verb).replace('but its makers still call it', 'but their makers still call them');
}
