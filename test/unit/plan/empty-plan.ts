import type { Plan } from '../../../main/plan/model.ts';

/** A plan that asks for nothing: tests say what of it matters to them. */
export const emptyPlan: Plan = {
  profile: 'balanced',
  torchBuild: { id: 'cpu', torch: '2.9.1', reason: 'There is no graphics card.' },
  gpus: [],
  environments: [{ id: 'voice', build: null, torch: null, reason: 'Every conversation runs in it.' }],
  services: [],
  predictedVoiceToVoiceMs: 3_000,
  prediction: { vadMs: 200, turnMs: 70, sttMs: 900, llmMs: 580, ttsMs: 1_250 },
  vram: [],
  models: [],
  pulls: [],
  voice: 'af_heart',
  notes: [],
  remarks: [],
};
