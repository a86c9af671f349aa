import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * What tests keep between runs, outside the checkout: Earshot's own folders (environments and models are named by
 * their hashes), the Python environment of the developers' tools, and the Ollama binary.
 */
export const cacheFolder = process.env['EARSHOT_TEST_CACHE'] ?? join(homedir(), '.cache', 'earshot-tests');

/** EARSHOT_HOME of every test that needs a set-up product. */
export const testHome = join(cacheFolder, 'home');

/** Environment of a test's own Earshot: never the user's settings, never the user's Ollama. */
export function earshotEnvironment(additions: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...(process.env as Record<string, string>),
    EARSHOT_HOME: testHome,
    // Nothing listens there, so that a running Ollama of the developer changes no result.
    OLLAMA_HOST: 'http://127.0.0.1:9',
    ...additions,
  };
}
