/** Names of cards in the text of a `pci.ids` file: vendors at the start of a line, their devices one tab in. */
export function pciNames(list: string, wanted: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const pciId of wanted) {
    const [vendor = '', device = ''] = pciId.split(':');
    const start = list.startsWith(`${vendor}  `) ? 0 : list.indexOf(`\n${vendor}  `);
    if (start < 0) continue;
    // The vendor's part ends where the next line begins with neither a tab nor a comment.
    const rest = list.slice(start + 1);
    const end = rest.search(/\n[^\t#\n]/);
    const section = end < 0 ? rest : rest.slice(0, end);
    const name = new RegExp(`^\\t${device}  (.+)$`, 'm').exec(section)?.[1];
    if (name !== undefined) names.set(pciId, productName(name));
  }
  return names;
}

/** "GA107M [GeForce RTX 3050 Mobile]" → what the seller calls it. */
function productName(name: string): string {
  return /\[([^\]]+)\]\s*$/.exec(name)?.[1] ?? name;
}
