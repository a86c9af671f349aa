import type { AudioDevice } from '../../preload/contract.ts';

/** What the browser tells about one device. */
export interface ListedDevice {
  readonly kind: 'audioinput' | 'audiooutput' | 'videoinput';
  readonly deviceId: string;
  readonly groupId: string;
  readonly label: string;
}

/** Which device to open. */
export interface DeviceChoice {
  /** Empty for the system's default. */
  readonly deviceId: string;
  /** Changes when another device is behind the choice, as when the system's default moves. */
  readonly key: string;
}

/** Key of a default device whose name the browser does not tell yet. */
export const unnamedDefault = 'default';

/** Names the browser gives to "whatever the system uses"; they are not devices of their own. */
const aliases: readonly string[] = ['', 'default', 'communications'];

/** The real devices of one kind, as a person may choose among them. */
export function devicesOf(kind: ListedDevice['kind'], listed: readonly ListedDevice[]): readonly AudioDevice[] {
  return listed
    .filter((device) => device.kind === kind && !aliases.includes(device.deviceId))
    .map(({ deviceId, label }, index) => ({ id: deviceId, label: label === '' ? unnamed(kind, index) : label }));
}

/** The device wanted, or one of the same name (ids change with ports and profiles), or the default; null when there is none. */
export function chooseDevice(
  kind: ListedDevice['kind'],
  wanted: AudioDevice | null,
  listed: readonly ListedDevice[],
): DeviceChoice | null {
  const candidates = listed.filter((device) => device.kind === kind);
  const own =
    candidates.find((device) => device.deviceId === wanted?.id) ??
    candidates.find((device) => device.label !== '' && device.label === wanted?.label);
  if (own !== undefined) return { deviceId: own.deviceId, key: own.deviceId };
  const standard = candidates.find((device) => device.deviceId === 'default') ?? candidates[0];
  if (standard === undefined) return null;
  return { deviceId: '', key: standard.label === '' ? unnamedDefault : `default: ${standard.groupId} ${standard.label}` };
}

function unnamed(kind: ListedDevice['kind'], index: number): string {
  return `${kind === 'audioinput' ? 'Microphone' : 'Speaker'} ${index + 1}`;
}
