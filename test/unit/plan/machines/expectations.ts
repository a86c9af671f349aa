import type { PlannedService, ServiceId } from '../../../../main/plan/model.ts';
import type { Answer } from './answer.ts';
import type { Expected } from './machine.ts';
import { said } from './promises.ts';

/** A sentence for each thing that was expected of this machine and is otherwise. */
export function disappointments(answer: Answer, expected: Expected): readonly string[] {
  const { plan } = answer;
  // The command line prints what the reader of the file found odd among the notes.
  const notes = [...plan.notes, ...answer.hardware.warnings];
  const used = plan.gpus.filter((gpu) => gpu.use).map((gpu) => gpu.uuid);
  return [
    ...said(expected.builds?.includes(plan.torchBuild.id) !== false, `torch build ${plan.torchBuild.id}, expected ${String(expected.builds?.join(' or '))}`),
    ...said(expected.torch === undefined || plan.torchBuild.torch === expected.torch, `torch ${plan.torchBuild.torch}, expected ${String(expected.torch)}`),
    ...said(expected.used === undefined || [...expected.used].sort().join() === [...used].sort().join(), `in use: [${used.join()}], expected [${String(expected.used?.join())}]`),
    ...said(!(expected.unused ?? []).some((uuid) => used.includes(uuid)), `in use: [${used.join()}], expected none of [${String(expected.unused?.join())}]`),
    ...said(expected.usesSome !== true || used.length > 0, `no GPU is used: ${plan.gpus.map((gpu) => `${gpu.name}: ${gpu.reason}`).join(' ')}`),
    ...differences(plan.services, expected.devices, 'device'),
    ...differences(plan.services, expected.engines, 'engine'),
    ...differences(plan.services, expected.models, 'model'),
    ...Object.entries(expected.reasons ?? {}).flatMap(([uuid, pattern]) => {
      const reason = plan.gpus.find((gpu) => gpu.uuid === uuid)?.reason ?? '';
      return said(pattern.test(reason), `the reason "${reason}" does not say ${String(pattern)}`);
    }),
    ...(expected.says ?? []).flatMap((pattern) => said(notes.some((note) => pattern.test(note)), `no note says ${String(pattern)}: ${notes.join(' | ')}`)),
    ...(expected.neverSays ?? []).flatMap((pattern) => notes.filter((note) => pattern.test(note)).map((note) => `a note says "${note}"`)),
    ...(expected.wrong?.(answer) ?? []),
  ];
}

function differences(
  services: readonly PlannedService[],
  wanted: Partial<Record<ServiceId, string>> | undefined,
  field: 'device' | 'engine' | 'model',
): readonly string[] {
  return services
    .filter((service) => wanted?.[service.id] !== undefined && service[field] !== wanted[service.id])
    .map((service) => `${service.id}: ${field} ${service[field]}, expected ${String(wanted?.[service.id])}`);
}
