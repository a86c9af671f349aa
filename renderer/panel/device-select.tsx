import { type ReactNode, useId } from 'react';
import type { AudioDevice } from '../../preload/contract.ts';
import { Icon } from './icons.tsx';

interface Shown {
  readonly label: string;
  readonly devices: readonly AudioDevice[];
  /** Null for the system's default. */
  readonly chosen: AudioDevice | null;
  readonly onChoose: (device: AudioDevice | null) => void;
}

/** A choice among devices. One that is unplugged stays chosen, and says so. */
export function DeviceSelect({ label, devices, chosen, onChoose }: Shown): ReactNode {
  const id = useId();
  const gone = chosen !== null && !devices.some((device) => device.id === chosen.id);
  return (
    <div className="device">
      <label className="device-label" htmlFor={id}>
        {label}
      </label>
      <div className="select">
        <select
          id={id}
          value={chosen?.id ?? ''}
          onChange={(event) => {
            onChoose(devices.find((device) => device.id === event.currentTarget.value) ?? null);
          }}
        >
          <option value="">System default</option>
          {devices.map((device) => (
            <option key={device.id} value={device.id}>
              {device.label}
            </option>
          ))}
          {gone ? <option value={chosen.id}>{`${chosen.label} (not connected)`}</option> : null}
        </select>
        <Icon name="chevron" />
      </div>
    </div>
  );
}
