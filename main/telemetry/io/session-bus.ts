import dbus, { type MessageBus } from '@particle/dbus-next';

export type { MessageBus } from '@particle/dbus-next';

/** A method of an object on the bus, with its arguments. */
export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

/** Settles once the bus has given us a name. */
export async function connectToBus(address: string): Promise<MessageBus> {
  const bus = dbus.sessionBus({ busAddress: address });
  await new Promise<void>((resolve, reject) => {
    bus.on('connect', resolve);
    bus.on('error', reject);
  });
  return bus;
}

/** Calls a method and settles with what it returns, variants taken off. */
export async function callBus(bus: MessageBus, { body = [], ...call }: BusCall): Promise<readonly unknown[]> {
  const answer = await bus.call(new dbus.Message({ ...call, body: [...body] }));
  return (answer?.body ?? []).map(plain);
}

/** A value as the bus carried it, with every variant in it replaced by what it holds. */
export function plain(value: unknown): unknown {
  if (value instanceof dbus.Variant) return plain(value.value);
  if (Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
