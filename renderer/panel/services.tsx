import { type ReactNode, useState } from 'react';
import type { Happening, ServiceRow } from '../../preload/contract.ts';
import { milliseconds } from './figures.ts';
import { Happenings } from './happenings.tsx';
import { Icon } from './icons.tsx';
import { capitalised, shortDevice, summariseServices } from './services-summary.ts';
import './services.css';

interface Shown {
  readonly services: readonly ServiceRow[];
  readonly explanation: string | null;
  readonly events: readonly Happening[];
}

/** The engines behind the conversation: one line, or a row for each and what happened to them. */
export function Services({ services, explanation, events }: Shown): ReactNode {
  const [open, setOpen] = useState(false);
  const summary = summariseServices(services);
  return (
    <section className="services" aria-label="Services">
      <button
        type="button"
        className="services-summary"
        aria-expanded={open}
        aria-controls={open ? 'services-list' : undefined}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span className="services-dot" data-state={summary.state} />
        <span className="services-title">Services</span>{' '}
        <span className="services-text">{summary.text}</span>
        <span className="disclosure-chevron">
          <Icon name="chevron" />
        </span>
      </button>
      {open ? (
        <ul className="services-list" id="services-list" tabIndex={0} aria-label="Services">
          {services.map((service) => (
            <Row key={service.id} service={service} />
          ))}
          {explanation === null ? null : (
            <li className="service">
              <Explanation text={explanation} />
            </li>
          )}
          <li className="service">
            <Happenings events={events} />
          </li>
        </ul>
      ) : null}
    </section>
  );
}

/** The plan's own lines; a line that stands under another is indented with it, also where it wraps. */
function Explanation({ text }: { readonly text: string }): ReactNode {
  return (
    <details className="service-why">
      <summary>Why it runs like this</summary>
      <div data-part="explanation">
        {text.split('\n').map((line, index) => (
          <p key={index} data-depth={line.trim() === '' ? 'gap' : (line.length - line.trimStart().length) / 2}>
            {line.trim()}
          </p>
        ))}
      </div>
    </details>
  );
}

function Row({ service }: { readonly service: ServiceRow }): ReactNode {
  const { id, title, state, detail, model, device, p50Ms } = service;
  return (
    <li className="service" data-service={id} data-state={state}>
      <p className="service-line">
        <span className="services-dot" data-state={state} />
        <span className="service-title">{capitalised(title)}</span>
        <span className="service-state" data-part="state">
          {state}
        </span>
      </p>
      <p className="service-facts">
        <span data-part="model">{model}</span>
        <span data-part="device" title={device}>
          {shortDevice(device)}
        </span>
        {p50Ms === null ? null : (
          <span title="Half of the last answers took less">
            median <span data-part="p50">{milliseconds(p50Ms)}</span>
          </span>
        )}
      </p>
      {detail === null ? null : <p className="service-detail">{detail}</p>}
    </li>
  );
}
