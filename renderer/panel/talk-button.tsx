import { type ReactNode, useRef } from 'react';
import { request } from '../store/page.ts';
import { Icon } from './icons.tsx';

/** Held longer than that, the button sends when it is let go; else a second press or silence does. */
const holdAfterMs = 400;

/** Press to talk with a pointer or the keyboard. */
export function TalkButton({ pressed }: { readonly pressed: boolean }): ReactNode {
  const downAt = useRef<number | null>(null);
  const byPointer = useRef(false);

  function toggle(): void {
    request({ kind: pressed ? 'release-to-talk' : 'press-to-talk' });
  }

  function letGo(): void {
    const since = downAt.current;
    downAt.current = null;
    if (since !== null && performance.now() - since >= holdAfterMs) request({ kind: 'release-to-talk' });
  }

  return (
    <button
      type="button"
      className={pressed ? 'button talk talk-pressed' : 'button talk'}
      aria-pressed={pressed}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        byPointer.current = true;
        downAt.current = pressed ? null : performance.now();
        toggle();
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onClick={() => {
        if (byPointer.current) byPointer.current = false;
        else toggle();
      }}
    >
      <Icon name="microphone" />
      {pressed ? 'Listening. Press again to send.' : 'Press to talk'}
    </button>
  );
}
