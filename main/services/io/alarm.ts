/** A timer that rings once; to set it again moves it. */
export interface Alarm {
  readonly set: (afterMs: number, ring: () => void) => void;
  readonly clear: () => void;
  readonly isSet: () => boolean;
}

export function createAlarm(): Alarm {
  let timer: NodeJS.Timeout | null = null;

  function clear(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }

  return {
    set: (afterMs, ring) => {
      clear();
      timer = setTimeout(() => {
        timer = null;
        ring();
      }, afterMs);
    },
    clear,
    isSet: () => timer !== null,
  };
}
