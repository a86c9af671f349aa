/** What Electron puts before the message of whatever a handler in main threw. */
const remotePrefix = /^Error invoking remote method '[^']*': (?:\w*Error: )?/;

/** The sentence inside a rejected command or a failed call to the browser. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.replace(remotePrefix, '').trim();
  return reason === '' ? 'It did not work, and nothing said why.' : reason;
}
