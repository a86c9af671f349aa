import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** As near to the end as counts as being there: less than a line of text. */
const nearEndPx = 16;

/** A list that shows its newest entry until the reader scrolls up. */
export interface FollowNewest {
  readonly list: RefObject<HTMLDivElement | null>;
  readonly following: boolean;
  readonly onScroll: () => void;
  readonly toNewest: () => void;
}

export function useFollowNewest(): FollowNewest {
  const list = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);

  function toNewest(): void {
    setFollowing(true);
    if (list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }

  // After every change: an answer grows word by word.
  useLayoutEffect(() => {
    if (following) toNewest();
  });

  useEffect(() => {
    const shown = list.current;
    if (shown === null || !following) return undefined;
    const observer = new ResizeObserver(toNewest);
    observer.observe(shown);
    return () => {
      observer.disconnect();
    };
  }, [following]);

  return {
    list,
    following,
    toNewest,
    onScroll() {
      if (list.current === null) return;
      const { scrollHeight, scrollTop, clientHeight } = list.current;
      setFollowing(scrollHeight - scrollTop - clientHeight < nearEndPx);
    },
  };
}
