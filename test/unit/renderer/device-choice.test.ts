import { describe, expect, it } from 'vitest';
import { chooseDevice, devicesOf, type ListedDevice, unnamedDefault } from '../../../renderer/audio/device-choice.ts';

function input(deviceId: string, label: string, groupId = deviceId): ListedDevice {
  return { kind: 'audioinput', deviceId, label, groupId };
}

const listed = [input('default', 'Default', 'g1'), input('a', 'Built-in', 'g1'), input('b', 'Headset', 'g2')];

describe('the devices a person chooses among', () => {
  it('are the real ones of one kind', () => {
    const all = [...listed, input('communications', 'Communications'), { ...input('s', 'Speaker'), kind: 'audiooutput' as const }];
    expect(devicesOf('audioinput', all)).toEqual([
      { id: 'a', label: 'Built-in' },
      { id: 'b', label: 'Headset' },
    ]);
  });

  it('have a name even where the browser tells none', () => {
    expect(devicesOf('audioinput', [input('a', ''), input('b', '')]).map(({ label }) => label)).toEqual(['Microphone 1', 'Microphone 2']);
  });
});

describe('the device to open', () => {
  it('is the wanted one', () => {
    expect(chooseDevice('audioinput', { id: 'b', label: 'Headset' }, listed)).toEqual({ deviceId: 'b', key: 'b' });
  });

  it('is one of the same name when the id is gone', () => {
    expect(chooseDevice('audioinput', { id: 'old', label: 'Headset' }, listed)?.deviceId).toBe('b');
  });

  it('is the default while the wanted one is unplugged', () => {
    expect(chooseDevice('audioinput', { id: 'x', label: 'Gone' }, listed)?.deviceId).toBe('');
  });

  it('is another one once the system moves its default', () => {
    const before = chooseDevice('audioinput', null, listed);
    const after = chooseDevice('audioinput', null, [input('default', 'Default', 'g2'), ...listed.slice(1)]);
    expect(after?.deviceId).toBe(before?.deviceId);
    expect(after?.key).not.toBe(before?.key);
  });

  it('is not known by name before the browser tells names', () => {
    expect(chooseDevice('audioinput', null, [input('', '', '')])).toEqual({ deviceId: '', key: unnamedDefault });
  });

  it('is none where there is none of its kind', () => {
    expect(chooseDevice('audiooutput', null, listed)).toBeNull();
  });
});
