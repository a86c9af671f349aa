import type { ReactNode } from 'react';
import type { Command, Engines as Offered } from '../../preload/contract.ts';
import { request } from '../store/page.ts';
import './engines.css';
import { Icon } from './icons.tsx';

interface Choice {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly chosen: boolean;
  readonly hindrance: string | null;
}

/** What the conversation is made of, as far as there is something to choose. Nothing is fetched by moving over it: each choice is a button. */
export function Engines({ engines }: { readonly engines: Offered }): ReactNode {
  const { recognition, endOfTurn, processorOnly } = engines;
  if (recognition.length + endOfTurn.length === 0 && processorOnly === null) return null;
  return (
    <div className="settings-group">
      <h2 className="settings-title">Engines</h2>
      <Choices title="Speech recognition" choices={recognition} commandOf={({ id }) => ({ kind: 'choose-recognition', engine: id })} />
      <Choices title="Noticing that you are done" choices={endOfTurn} commandOf={({ id }) => ({ kind: 'choose-end-of-turn', endOfTurn: id })} />
      {processorOnly === null ? null : (
        <label className="check-line">
          <input
            type="checkbox"
            checked={processorOnly.on}
            onChange={() => {
              request({ kind: 'use-processor-only', on: !processorOnly.on });
            }}
          />
          <span>
            <span className="mode-title">Use the processor only</span>
            <span className="mode-detail">{processorOnly.detail}</span>
          </span>
        </label>
      )}
    </div>
  );
}

function Choices<One extends Choice>({ title, choices, commandOf }: { readonly title: string; readonly choices: readonly One[]; readonly commandOf: (choice: One) => Command }): ReactNode {
  if (choices.length === 0) return null;
  return (
    <div className="engine-choices">
      <h3 className="device-label">{title}</h3>
      <ul className="modes">
        {choices.map((choice) => (
          <li key={choice.id} className="mode engine" data-chosen={choice.chosen}>
            <span className="engine-words">
              <span className="mode-title">{choice.title}</span>
              <span className="mode-detail">{choice.detail}</span>
              {choice.hindrance === null ? null : <span className="mode-detail engine-hindrance">{choice.hindrance}</span>}
            </span>
            {choice.chosen ? (
              <span className="engine-chosen">
                <Icon name="done" />
                In use
              </span>
            ) : (
              <button
                type="button"
                className="button"
                aria-label={`Use ${choice.title}`}
                disabled={choice.hindrance !== null}
                onClick={() => {
                  request(commandOf(choice));
                }}
              >
                Use
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
