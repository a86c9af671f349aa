import * as z from 'zod';

/** The services whose place a person, or a remedy, may decide; turn detection always stays on the processor. */
export const movableServices = ['stt', 'llm', 'tts'] as const;
export type MovableService = (typeof movableServices)[number];

/** Every override says when and why it was made, so that nobody has to guess a year later whether it is still wanted. */
const origin = {
  since: z.string().refine(isDate, { error: 'is not a date such as 2026-11-21 or 2026-11-21T08:30:00Z' }).nullable().default(null),
  reason: z.string().nullable().default(null),
};

const service = z.enum(movableServices);

const serviceOverride = z
  .strictObject({
    /** "cpu" or a GPU's uuid. */
    device: z.string().min(1).optional(),
    /** Follows another service to wherever that one is. */
    sameDeviceAs: service.optional(),
    model: z.string().min(1).optional(),
    precision: z.string().min(1).optional(),
    ...origin,
  })
  .refine(({ device, sameDeviceAs }) => device === undefined || sameDeviceAs === undefined, {
    error: 'names both "device" and "sameDeviceAs"; only one of them can hold',
  });

/** What a person or a remedy decided against the planner. The planner does the rest. */
export const overridesSchema = z.strictObject({
  /** By the GPU's uuid. */
  gpus: z.record(z.string(), z.strictObject({ use: z.boolean(), ...origin })).default({}),
  torchBuild: z.strictObject({ id: z.string().min(1), ...origin }).nullable().default(null),
  services: z
    .strictObject({ stt: serviceOverride.optional(), llm: serviceOverride.optional(), tts: serviceOverride.optional() })
    .default({})
    .superRefine((services, context) => {
      for (const cycle of cyclesOf(services)) {
        const [first = 'stt'] = cycle;
        context.addIssue({ code: 'custom', path: [first, 'sameDeviceAs'], message: `goes round in a circle (${cycle.join(' → ')} → ${first}), so none of them has a device` });
      }
    }),
});

export type Overrides = z.infer<typeof overridesSchema>;
export type GpuOverride = Overrides['gpus'][string];
export type TorchBuildOverride = NonNullable<Overrides['torchBuild']>;
export type ServiceOverride = z.infer<typeof serviceOverride>;

/** Each circle of `sameDeviceAs` once, beginning with its first service in the order of the stages. */
function cyclesOf(services: Readonly<Partial<Record<MovableService, ServiceOverride | undefined>>>): readonly (readonly MovableService[])[] {
  const cycles: (readonly MovableService[])[] = [];
  const settled = new Set<MovableService>();
  for (const start of movableServices) {
    const path: MovableService[] = [];
    let at: MovableService | undefined = start;
    while (at !== undefined && !settled.has(at) && !path.includes(at)) {
      path.push(at);
      at = services[at]?.sameDeviceAs;
    }
    if (at !== undefined && path.includes(at)) cycles.push(inOrder(path.slice(path.indexOf(at))));
    for (const id of path) settled.add(id);
  }
  return cycles;
}

function inOrder(cycle: readonly MovableService[]): readonly MovableService[] {
  const first = movableServices.find((id) => cycle.includes(id));
  const at = first === undefined ? 0 : cycle.indexOf(first);
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) && Number.isFinite(Date.parse(text));
}
