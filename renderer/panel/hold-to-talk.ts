import { useEffect, useRef } from 'react';
import { request } from '../store/page.ts';

/** Where the space bar has a meaning of its own. */
const ownsSpace = 'button, a, input, textarea, select, summary, [contenteditable]';

/** While it is enabled, the question lasts as long as the space bar is held anywhere but in a control. */
export function useHoldToTalk(enabled: boolean): void {
  const held = useRef(false);
  useEffect(() => {
    if (!enabled) return undefined;

    function onKeyDown(event: KeyboardEvent): void {
      if (event.code !== 'Space' || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      if (event.target instanceof Element && event.target.closest(ownsSpace) !== null) return;
      event.preventDefault();
      if (event.repeat || held.current) return;
      held.current = true;
      request({ kind: 'press-to-talk' });
    }

    function release(): void {
      if (!held.current) return;
      held.current = false;
      request({ kind: 'release-to-talk' });
    }

    function onKeyUp(event: KeyboardEvent): void {
      if (event.code === 'Space') release();
    }

    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('blur', release);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', release);
      release();
    };
  }, [enabled]);
}
