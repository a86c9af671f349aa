import type { InstalledEnvironment, Installation } from '../../../main/environment/model.ts';

/** An installation of the voice environment and of `others`, with a Python each and nothing on disk. */
export function installedWith(python: string, modelFolders: Readonly<Record<string, string>> = {}, others: readonly string[] = []): Installation {
  const environments = ['voice', ...others].map((id): InstalledEnvironment => ({ id, fingerprint: 'f', folder: '/env', python, sitePackages: '/env', torch: null }));
  return { fingerprint: 'f', python, environments: Object.fromEntries(environments.map((each) => [each.id, each])), modelFolders, steps: [], findings: [], missing: new Map() };
}
