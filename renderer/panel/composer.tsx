import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { longestQuestion, Snapshot } from '../../preload/contract.ts';
import { reasonOf } from '../store/reason.ts';
import { request } from '../store/page.ts';
import './composer.css';
import { Icon } from './icons.tsx';
import { TalkButton } from './talk-button.tsx';

const mostCharacters: typeof longestQuestion = 4000;

/** Where a question is typed, or begun to be spoken. */
export function Composer({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const { listening, status } = snapshot;
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const empty = text.trim() === '';

  useLayoutEffect(() => {
    if (input.current === null) return;
    input.current.style.height = 'auto';
    input.current.style.height = `${input.current.scrollHeight}px`;
  }, [text]);

  async function ask(): Promise<void> {
    if (empty || sending) return;
    setSending(true);
    try {
      await window.earshot.send({ kind: 'ask', text });
      setText('');
      setProblem(null);
    } catch (error) {
      setProblem(reasonOf(error));
    } finally {
      setSending(false);
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void ask();
  }

  return (
    <form
      className="composer"
      aria-label="Ask"
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      {listening.mode === 'press-to-talk' ? <TalkButton pressed={listening.pressed} /> : null}
      {problem === null ? null : (
        <p className="composer-problem" role="alert" id="composer-problem">
          <Icon name="error" />
          <span>{problem}</span>
        </p>
      )}
      <div className="composer-field">
        <textarea
          ref={input}
          className="composer-input"
          rows={1}
          maxLength={mostCharacters}
          aria-label="Your question"
          aria-describedby={problem === null ? undefined : 'composer-problem'}
          placeholder="Type a question"
          value={text}
          readOnly={sending}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
          onKeyDown={onKeyDown}
        />
        {status === 'speaking' ? <StopButton /> : null}
        <button type="submit" className="button composer-send" aria-label="Send" title="Send" disabled={empty || sending}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

function StopButton(): ReactNode {
  return (
    <button
      type="button"
      className="button composer-stop"
      onClick={() => {
        request({ kind: 'stop-speaking' });
      }}
    >
      <Icon name="stop" />
      Stop
    </button>
  );
}
