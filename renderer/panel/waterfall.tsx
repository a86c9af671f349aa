import type { ReactNode } from 'react';
import type { Latency } from '../../main/conversation/latency.ts';
import type { Exchange } from '../../preload/contract.ts';
import { milliseconds } from './figures.ts';
import { layOutWaterfall, type WaterfallBar } from './waterfall-layout.ts';
import './waterfall.css';

interface Shown {
  readonly latency: Latency;
  readonly heardAfterMs: number | null;
  readonly asked: Exchange['asked'];
}

/** Where the time of an answer went, from the end of the question to its first sound. */
export function Waterfall({ latency, heardAfterMs, asked }: Shown): ReactNode {
  return (
    <section className="waterfall" aria-label="Where the time went">
      <ul className="waterfall-bars" aria-label="From the end of the question to the first sound">
        {layOutWaterfall(latency, heardAfterMs, asked).map((bar) => (
          <Bar key={bar.stage} bar={bar} />
        ))}
      </ul>
      <dl className="waterfall-totals">
        <div>
          <dt>First sound</dt>
          <dd data-stage="voiceToVoiceMs">{milliseconds(latency.voiceToVoiceMs)}</dd>
        </div>
        {heardAfterMs === null ? null : (
          <div>
            <dt>Heard</dt>
            <dd data-stage="heardAfterMs">{milliseconds(heardAfterMs)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Bar({ bar }: { readonly bar: WaterfallBar }): ReactNode {
  const { stage, title, durationMs, startShare, share, longest } = bar;
  return (
    <li className="waterfall-row" data-stage={stage}>
      <span className="waterfall-title">{title}</span>{' '}
      <span className="waterfall-track">
        <span
          className={longest ? 'waterfall-bar waterfall-bar-longest' : 'waterfall-bar'}
          style={{ left: `${startShare * 100}%`, width: `${share * 100}%` }}
        />
      </span>
      <span className="waterfall-figure">{milliseconds(durationMs)}</span>
    </li>
  );
}
