import * as z from 'zod';
import { parseJsonText } from '../platform/json-text.ts';
import { schemaProblem } from '../platform/schema-problem.ts';
import type { Catalogue } from './catalogue.ts';
import { voiceEnvironment } from './environments.ts';
import type { Fallback, Plan } from './model.ts';

const mebibytes = z.number().nonnegative();
const milliseconds = z.number().nonnegative();
const serviceIds = ['stt', 'llm', 'tts', 'turn'] as const;

const placement = {
  engine: z.string(),
  model: z.string(),
  precision: z.string().nullable(),
  device: z.string(),
  build: z.string(),
  env: z.string().nullable(),
  estimatedVramMiB: mebibytes,
};

const fallback: z.ZodType<Fallback> = z.strictObject({
  ...placement,
  get fallback() {
    return fallback.nullable();
  },
});

const service = z.strictObject({
  id: z.enum(serviceIds),
  ...placement,
  threads: z.int().nonnegative(),
  server: z.strictObject({ url: z.url({ protocol: /^https?$/ }), token: z.string() }).nullable(),
  contextTokens: z.int().positive().nullable(),
  windowSeconds: z.number().positive().nullable(),
  fallback: fallback.nullable(),
});

/** Becomes the name of a folder, so it is one of those that there are. */
const environment = z.strictObject({
  id: z.string().regex(/^(voice|whisper-cuda12|kokoro-cuda12|torch-(cpu|cu\d+))$/, 'Earshot knows no such environment'),
  build: z.string().regex(/^(cpu|cu\d+)$/, 'a build is "cpu" or "cu" and numbers, such as "cu128"').nullable(),
  torch: z.string().regex(/^\d+(\.\d+)*$/, 'a version is numbers and dots, such as "2.5.1"').nullable(),
  reason: z.string(),
});

const planSchema: z.ZodType<Plan> = z.strictObject({
  profile: z.enum(['fast', 'balanced', 'best']),
  torchBuild: z.strictObject({ id: z.string(), torch: z.string(), reason: z.string() }),
  gpus: z.array(z.strictObject({ uuid: z.string(), name: z.string(), use: z.boolean(), reason: z.string() })),
  /** A plan saved by an earlier version needed no other. */
  environments: z.array(environment).min(1).default([voiceEnvironment]),
  services: z.array(service).superRefine((services, context) => {
    for (const id of serviceIds) {
      const count = services.filter((one) => one.id === id).length;
      if (count !== 1) context.addIssue({ code: 'custom', message: `a plan has the service "${id}" once; here it is ${count === 0 ? 'missing' : `named ${count} times`}` });
    }
  }),
  predictedVoiceToVoiceMs: milliseconds,
  prediction: z.strictObject({ vadMs: milliseconds, turnMs: milliseconds, sttMs: milliseconds, llmMs: milliseconds, ttsMs: milliseconds }),
  vram: z.array(z.strictObject({ uuid: z.string(), budgetMiB: z.number(), plannedMiB: mebibytes })),
  models: z.array(z.string()),
  pulls: z.array(z.string()).default([]),
  voice: z.string(),
  notes: z.array(z.string()),
  remarks: z.array(z.string()),
});

/** Reads a plan as `earshot plan --json` prints it, or says by path what is wrong with it. */
export function readPlan(text: string, catalogue: Pick<Catalogue, 'models' | 'candidates'>): { readonly plan: Plan } | { readonly problem: string } {
  const read = parseJsonText(text);
  if ('problem' in read) return read;
  const parsed = planSchema.safeParse(read.content);
  if (!parsed.success) return { problem: schemaProblem(parsed.error, read.content) };
  const unknown = parsed.data.models.flatMap((id, index) => (catalogue.models.some((model) => model.id === id) ? [] : [`models[${index}]: Earshot knows no model "${id}"`]));
  const services = parsed.data.services.flatMap(({ id, env, model, server }) =>
    server === null && env === 'voice' && ![...catalogue.models, ...catalogue.candidates].some((known) => known.id === model) ? [`services: Earshot knows no model "${model}" for ${id}`] : [],
  );
  const problems = [...unknown, ...services];
  return problems.length === 0 ? { plan: parsed.data } : { problem: problems.join('\n') };
}
