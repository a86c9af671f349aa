import type { ReactNode } from 'react';
import type { Exchange } from '../../preload/contract.ts';
import './exchange.css';
import { duration } from './figures.ts';
import { Icon } from './icons.tsx';
import { Waterfall } from './waterfall.tsx';

interface Shown {
  readonly exchange: Exchange;
  /** Whether it is the last one whose time is known: that one shows where it went. */
  readonly explained: boolean;
}

/** One question and its answer. */
export function ExchangeView({ exchange, explained }: Shown): ReactNode {
  const { id, asked, latency, heardAfterMs } = exchange;
  return (
    <li className="exchange" data-exchange={id} data-state={exchange.state}>
      <Question exchange={exchange} />
      <Answer exchange={exchange} />
      <Marks exchange={exchange} />
      {explained && latency !== null ? <Waterfall latency={latency} heardAfterMs={heardAfterMs} asked={asked} /> : null}
    </li>
  );
}

function Question({ exchange }: { readonly exchange: Exchange }): ReactNode {
  const { asked, question, state } = exchange;
  return (
    <div className="question">
      <span className="question-mark" title={asked === 'spoken' ? 'Spoken' : 'Typed'}>
        <Icon name={asked} />
      </span>
      <p className="question-text">
        <span className="unseen">{asked === 'spoken' ? 'You said: ' : 'You typed: '}</span>
        {question === '' ? <Dots label={state === 'hearing' ? 'Listening' : 'Understanding'} /> : question}
      </p>
    </div>
  );
}

function Answer({ exchange }: { readonly exchange: Exchange }): ReactNode {
  const { answer, problem, state } = exchange;
  return (
    <>
      {answer === '' ? null : (
        <p className="answer" data-part="answer">
          <span className="unseen">Earshot: </span>
          {answer}
        </p>
      )}
      {state === 'thinking' ? (
        <p className="answer">
          <Dots label={answer === '' ? 'Thinking' : 'The answer goes on in a moment'} />
        </p>
      ) : null}
      {problem === null ? null : (
        <p className="exchange-problem">
          <Icon name="error" />
          <span>{problem}</span>
        </p>
      )}
    </>
  );
}

function Marks({ exchange }: { readonly exchange: Exchange }): ReactNode {
  const { latency, heardAfterMs, state } = exchange;
  if (latency === null && state !== 'interrupted') return null;
  return (
    <p className="marks">
      {latency === null ? null : (
        <span className="mark" title="From the end of your question to the first sound of the answer">
          {`Answered in ${duration(Math.max(latency.voiceToVoiceMs, heardAfterMs ?? 0))}`}
        </span>
      )}
      {state === 'interrupted' ? <span className="mark">Interrupted</span> : null}
    </p>
  );
}

function Dots({ label }: { readonly label: string }): ReactNode {
  return (
    <span className="dots">
      <span className="unseen">{label}</span>
      <span className="dot" />
      <span className="dot" />
      <span className="dot" />
    </span>
  );
}
