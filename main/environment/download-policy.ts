/** How patient a download is. */
export interface DownloadPolicy {
  /** Failures in a row, without a byte in between, after which a source is given up. */
  readonly tries: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Longest time that a server may ask to be left alone; beyond it another source is quicker. */
  readonly longestRetryAfterMs: number;
  readonly stallAfterMs: number;
}

export const downloadPolicy: DownloadPolicy = {
  tries: 5,
  firstWaitMs: 500,
  longestWaitMs: 15_000,
  longestRetryAfterMs: 60_000,
  stallAfterMs: 30_000,
};

export interface Failure {
  /** Failures in a row, this one among them. */
  readonly inARow: number;
  readonly retryAfterMs: number | null;
  /** No connection came about at all. */
  readonly unreachable: boolean;
  /** Whether this source has given any byte since it was first asked. */
  readonly gaveBytes: boolean;
}

/** How long to wait before asking again; null: not at all. */
export function waitAfter(failure: Failure, policy: DownloadPolicy): number | null {
  // A network that was never there is not waited for, one that has just gone is.
  if (failure.unreachable && !failure.gaveBytes) return null;
  if (failure.inARow >= policy.tries) return null;
  if (failure.retryAfterMs !== null) return failure.retryAfterMs <= policy.longestRetryAfterMs ? failure.retryAfterMs : null;
  return Math.min(policy.firstWaitMs * 2 ** (failure.inARow - 1), policy.longestWaitMs);
}

/** Whether a failed request never got to a server that speaks with us. */
export function isUnreachable(code: string | undefined, message: string): boolean {
  return /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO)$/.test(code ?? '') || /^(the proxy|nothing came) /.test(message);
}
