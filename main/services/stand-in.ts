import type { Service } from './service.ts';

/**
 * What takes the place of a service whose device failed; null where nothing can. The chain of a service first grows
 * smaller on the card it is on, which is of no use when it is the card that failed.
 */
export function standInFor(service: Service): Service | null {
  let candidate = service.fallback;
  while (candidate !== null && candidate.device === service.device) candidate = candidate.fallback;
  return candidate;
}
