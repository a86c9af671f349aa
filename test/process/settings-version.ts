/** The remarks of one version of the settings that `settings-writer.ts` writes; each version has another length and other content. */
export function versionText(run: number, version: number): readonly string[] {
  return Array.from({ length: 50 + ((version * 137) % 900) }, (_, line) => `${run}.${version}.${line}`);
}
