/** Where an answer sends us on to, and whether the token given for the first address may be shown there. */
export interface NextHop {
  readonly url: URL;
  readonly keepsAuthorisation: boolean;
}

/** How often an address may send us on; the hub does it once or twice. */
const maximumHops = 10;

export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** The next address, or in a sentence why we do not go there. */
export function nextHop(from: URL, location: string | undefined, hopsSoFar: number): NextHop | { readonly problem: string } {
  if (location === undefined) return { problem: `${from.host} sends us on without saying where` };
  if (hopsSoFar >= maximumHops) return { problem: `${from.host} keeps sending us on` };
  let url: URL;
  try {
    url = new URL(location, from);
  } catch {
    return { problem: `${from.host} sends us on to what is no address` };
  }
  if (!/^https?:$/.test(url.protocol)) return { problem: `${from.host} sends us on to what is no web address` };
  // What was asked for in secret is not then taken from whoever stands in between.
  if (from.protocol === 'https:' && url.protocol === 'http:') return { problem: `${from.host} sends us on to an address without encryption` };
  // Storage behind a hub has signed addresses of its own; the person's token is none of its business.
  return { url, keepsAuthorisation: url.origin === from.origin };
}
