import { type ReactNode, useEffect, useRef } from 'react';
import { readLevel } from '../audio/level.ts';

/** Share of the way back to silence in one frame: the bar jumps up at once and falls softly. */
const fall = 0.12;

/** How loud the microphone is. Drawn without React, and only while it can be seen. */
export function LevelMeter(): ReactNode {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = 0;
    let shown = 0;

    function draw(): void {
      const level = readLevel();
      shown = level > shown ? level : shown + (level - shown) * fall;
      if (bar.current !== null) bar.current.style.transform = `scaleX(${shown.toFixed(3)})`;
      frame = requestAnimationFrame(draw);
    }

    function followVisibility(): void {
      cancelAnimationFrame(frame);
      if (document.visibilityState === 'visible') frame = requestAnimationFrame(draw);
    }

    document.addEventListener('visibilitychange', followVisibility);
    followVisibility();
    return () => {
      document.removeEventListener('visibilitychange', followVisibility);
      cancelAnimationFrame(frame);
    };
  }, []);
  return (
    <span className="meter" aria-hidden="true">
      <span className="meter-bar" ref={bar} />
    </span>
  );
}
