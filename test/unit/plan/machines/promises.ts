import { isDeepStrictEqual } from 'node:util';
import type { Gpu } from '../../../../main/hardware/model.ts';
import { catalogue } from '../../../../main/plan/catalogue.ts';
import type { Fallback, Placement, Plan, PlannedService } from '../../../../main/plan/model.ts';
import type { Answer } from './answer.ts';
import { admits, everyBuild, isAtLeast, whyNotOn } from './oracle.ts';


/** What holds for every machine in the world: a sentence for each promise this plan breaks. */
export function brokenPromises(answer: Answer): readonly string[] {
  return everyPromise.flatMap((promise) => promise(answer));
}

type Promised = (answer: Answer) => readonly string[];

const everyPromise: readonly Promised[] = [
  servicesAreComplete,
  devicesAreUsed,
  everyGpuHasAReason,
  memoryHolds,
  fallbacksEndOnTheCpu,
  enginesRunWhereTheyAre,
  cpuNeedsNoCuda,
  ollamaFitsWhole,
  buildsRunWhereTheyAre,
  otherBuildsAreExplained,
  environmentsAreWanted,
  predictionAddsUp,
  textsAreForPeople,
  adviceHarmsNoOldCard,
  windowsShrinkWithMemory,
  mainMemoryHolds,
  jsonCarriesEverything,
];

function servicesAreComplete({ plan }: Answer): readonly string[] {
  const ids = plan.services.map((service) => service.id);
  const turn = plan.services.find((service) => service.id === 'turn');
  return [
    ...said(isDeepStrictEqual([...ids].sort(), ['llm', 'stt', 'tts', 'turn']), `services are ${ids.join(', ')}`),
    ...said(turn?.device === 'cpu', `turn detection is on ${turn?.device}, it costs a millisecond on the CPU`),
    ...said(plan.models.includes('silero-vad'), 'voice activity detection has no model on disk'),
    ...said(/^(cu\d{3}|cpu)$/.test(plan.torchBuild.id), `torch build "${plan.torchBuild.id}"`),
    ...said(plan.torchBuild.torch !== '' && plan.torchBuild.reason !== '', 'the torch build has no version or no reason'),
  ];
}

function devicesAreUsed({ plan }: Answer): readonly string[] {
  const used = plan.gpus.filter((gpu) => gpu.use).map((gpu) => gpu.uuid);
  const devices = plan.services.map((service) => service.device);
  return [
    ...plan.services.flatMap(({ id, device, engine }) => [
      ...said(['cpu', 'external', ...used].includes(device), `${id} is on ${device}, which is not in use`),
      ...said(device !== 'external' || ['external', 'ollama'].includes(engine), `${id} is external, but its engine is ${engine}`),
    ]),
    ...used.flatMap((uuid) => said(devices.includes(uuid), `${uuid} is in use, but nothing runs on it`)),
  ];
}

function everyGpuHasAReason({ plan, hardware }: Answer): readonly string[] {
  const [asked, answered] = [hardware.gpus, plan.gpus].map((gpus) => gpus.map((gpu) => gpu.uuid).sort());
  return [
    ...said(isDeepStrictEqual(asked, answered), `GPUs ${String(asked)} were given, ${String(answered)} answered`),
    ...plan.gpus.flatMap((gpu) => said(gpu.reason.trim().length > 10, `${gpu.name} has no reason`)),
    ...plan.gpus.flatMap(({ use, reason }) => said(use === reason.includes(': runs the '), `a card that is ${use ? '' : 'not '}in use has the reason "${reason}"`)),
  ];
}

function memoryHolds({ plan, hardware }: Answer): readonly string[] {
  const uuids = plan.vram.map((entry) => entry.uuid);
  return [
    ...said(new Set(uuids).size === uuids.length, 'a GPU has two entries in vram'),
    ...plan.gpus.filter((gpu) => gpu.use).flatMap((gpu) => said(uuids.includes(gpu.uuid), `${gpu.name} is in use without an entry in vram`)),
    ...plan.vram.flatMap(({ uuid, budgetMiB, plannedMiB }) => {
      const gpu = hardware.gpus.find((one) => one.uuid === uuid);
      const wanted = plan.services.filter((service) => service.device === uuid).reduce((sum, service) => sum + service.estimatedVramMiB, 0);
      return [
        ...said(plannedMiB <= budgetMiB, `${uuid}: ${plannedMiB} MiB planned in a budget of ${budgetMiB}`),
        ...said(budgetMiB <= 0.8 * (gpu?.memoryMiB ?? 0), `${uuid}: a budget of ${budgetMiB} of ${String(gpu?.memoryMiB)} MiB is over 80 %`),
        ...said(budgetMiB <= reachable(gpu, hardware), `${uuid}: a budget of ${budgetMiB} MiB, ${gpu ? reachable(gpu, hardware) : 0} are free or ours`),
        ...said(Math.abs(wanted - plannedMiB) <= 1, `${uuid}: ${plannedMiB} MiB planned, its services take ${wanted}`),
        ...said(budgetMiB >= 0 && plannedMiB >= 0, `${uuid}: negative memory`),
      ];
    }),
    ...plan.services.flatMap((service) => said((service.estimatedVramMiB > 0) === plan.gpus.some((gpu) => gpu.uuid === service.device), `${service.id} on ${service.device} takes ${service.estimatedVramMiB} MiB of graphics memory`)),
  ];
}

/** Free now, what ours give back when they end, and what Ollama gives back when it is told to unload. */
function reachable(gpu: Gpu | undefined, { processes, ollama }: Answer['hardware']): number {
  const ours = processes.filter((process) => process.ours && process.uuid === gpu?.uuid).reduce((sum, process) => sum + (process.usedMiB ?? 0), 0);
  const loaded = ollama?.models.reduce((sum, model) => sum + (model.sizeVramMiB ?? 0), 0) ?? 0;
  // A driver that does not tell what is free may still tell who holds what.
  const others = processes.filter((process) => !process.ours && process.uuid === gpu?.uuid).reduce((sum, process) => sum + (process.usedMiB ?? 0), 0);
  return (gpu?.freeMiB ?? (gpu?.memoryMiB ?? 0) - others - ours) + ours + loaded;
}

function fallbacksEndOnTheCpu({ plan }: Answer): readonly string[] {
  return plan.services.filter((service) => service.device !== 'external').flatMap((service) => {
    const chain = chainOf(service);
    const devices = chain.map((one) => one.device).join(' → ');
    return [
      ...said(chain.length < 10, `${service.id} has ${chain.length} fallbacks`),
      ...said(chain.at(-1)?.device === 'cpu', `the fallbacks of ${service.id} end elsewhere than on the CPU: ${devices}`),
      ...said(chain.every((one, index) => one.estimatedVramMiB <= (chain[index - 1]?.estimatedVramMiB ?? Infinity)), `a fallback of ${service.id} takes more memory than what it stands in for`),
      ...said(chain.every((one, index) => index === 0 || one.device === 'cpu' || one.device === service.device), `${service.id} falls back to another card: ${devices}`),
    ];
  });
}

function chainOf(service: PlannedService | Fallback): readonly Placement[] {
  return service.fallback === null ? [service] : [service, ...chainOf(service.fallback)];
}

function onGpus({ plan, hardware }: Answer): readonly { readonly id: string; readonly placement: Placement; readonly gpu: Gpu }[] {
  return plan.services.flatMap((service) =>
    chainOf(service).flatMap((placement) => {
      const gpu = hardware.gpus.find((one) => one.uuid === placement.device);
      return gpu === undefined ? [] : [{ id: service.id, placement, gpu }];
    }),
  );
}

function enginesRunWhereTheyAre(answer: Answer): readonly string[] {
  return onGpus(answer).flatMap(({ id, placement, gpu }) => {
    const why = whyNotOn(placement, gpu, answer.hardware);
    return said(why === null, `${id}: ${placement.engine} ${String(placement.precision)} cannot run on ${gpu.name}: ${String(why)}`);
  });
}

/** What stands in when CUDA fails must not need CUDA itself. */
function cpuNeedsNoCuda({ plan }: Answer): readonly string[] {
  return plan.services.flatMap((service) =>
    chainOf(service).filter((one) => one.device === 'cpu').flatMap(({ engine, build, env, estimatedVramMiB }) => [
      ...said(['none', 'cpu'].includes(build) && !/cuda|cu\d/.test(env ?? ''), `${service.id}: ${engine} on the CPU has build ${build} and starts from ${String(env)}`),
      ...said(estimatedVramMiB === 0, `${service.id}: ${engine} on the CPU takes ${estimatedVramMiB} MiB of graphics memory`),
    ]),
  );
}

/** Nothing can be fetched at the moment CUDA fails: each model that would stand in and whose files are known is on disk before. */
export function standInsNotOnDisk({ plan }: Answer): readonly string[] {
  const known = new Set(catalogue.models.map((model) => model.id));
  return plan.services.flatMap((service) =>
    chainOf(service).filter(({ model }) => known.has(model) && !plan.models.includes(model)).map(({ model }) => `${service.id}: ${model} would stand in, but is not among the models to install`),
  );
}

/** Ollama is worth a card only with its whole model there: what its file holds, at the least. */
function ollamaFitsWhole({ plan, hardware }: Answer): readonly string[] {
  return plan.services.filter((service) => service.engine === 'ollama' && service.estimatedVramMiB > 0).flatMap((service) => {
    const bytes = hardware.ollama?.models.find((model) => model.name === service.model)?.sizeBytes ?? 0;
    return said(service.estimatedVramMiB >= bytes / 1024 ** 2, `${service.model} of ${bytes} bytes is planned in ${service.estimatedVramMiB} MiB`);
  });
}

function buildsRunWhereTheyAre(answer: Answer): readonly string[] {
  const { os, driver } = answer.hardware;
  return onGpus(answer).flatMap(({ id, placement: { build, env }, gpu }) => {
    const runs = gpu.computeCapability !== null && admits(build, gpu.computeCapability, driver?.version ?? null, os.platform);
    return [
      ...said(!build.startsWith('cu') || runs, `${id} has build ${build} on ${gpu.name} with driver ${String(driver?.version)}`),
      ...said(env?.startsWith('torch-') !== true || env === `torch-${build}`, `${id} has build ${build} but starts from ${String(env)}`),
    ];
  });
}

/** Gigabytes are fetched for a service that runs there, or for a person who asked; and every service has its own. */
function environmentsAreWanted({ plan, settings }: Answer): readonly string[] {
  const ids = plan.environments.map(({ id }) => id);
  const used = plan.services.flatMap(({ env, server }) => (env === null || server !== null ? [] : [env]));
  const asked = settings.overrides.torchBuild?.id.replace(/^.*\+/, '') === plan.torchBuild.id ? [`torch-${plan.torchBuild.id}`] : [];
  const wanted = [...new Set(['voice', ...used, ...asked])];
  return [
    ...said(ids[0] === 'voice', `the first environment is ${String(ids[0])}`),
    ...said(isDeepStrictEqual([...ids].sort(), wanted.sort()), `environments are ${ids.join(', ')}; ${wanted.join(', ')} are wanted`),
    ...plan.environments.flatMap(({ id, build, torch, reason }) => [
      ...said((build === null) === (torch === null) && id === (build === null ? id : `torch-${build}`), `${id} has the build ${String(build)} with torch ${String(torch)}`),
      ...said(id.startsWith('torch-') === (torch !== null), `${id} has torch ${String(torch)}`),
      // What moshi 0.2.13 takes.
      ...said(torch === null || (isAtLeast(torch, '2.2') && !isAtLeast(torch, '2.10')), `${id} has torch ${String(torch)}, which Kyutai does not take`),
      ...said(/^[A-Z].+\.$/.test(reason), `${id} has the reason "${reason}"`),
    ]),
  ];
}

function otherBuildsAreExplained({ plan }: Answer): readonly string[] {
  const notes = plan.notes.join('\n');
  return everyBuild.filter((id) => id !== plan.torchBuild.id && !notes.includes(id)).map((id) => `no note says why not ${id}`);
}

function predictionAddsUp({ plan: { prediction, predictedVoiceToVoiceMs: total } }: Answer): readonly string[] {
  const { vadMs, turnMs, sttMs, llmMs, ttsMs } = prediction;
  const stages = [vadMs, turnMs, sttMs, llmMs, ttsMs];
  const sum = stages.reduce((before, stage) => before + stage, 0);
  return [
    ...said(Number.isFinite(total) && total > 0, `a prediction of ${total} ms`),
    ...said(stages.every((stage) => Number.isFinite(stage) && stage >= 0), `stages of ${stages.join(', ')} ms`),
    ...said(Math.abs(sum - total) <= 1, `stages of ${stages.join(' + ')} ms are not ${total} ms`),
  ];
}

function texts(plan: Plan): readonly string[] {
  return [...plan.notes, plan.torchBuild.reason, ...plan.gpus.map((gpu) => gpu.reason)];
}

function textsAreForPeople({ plan }: Answer): readonly string[] {
  return [
    ...texts(plan).filter((text) => /\b(undefined|NaN|null|Infinity)\b|\[object/.test(text)).map((text) => `a text for people reads "${text}"`),
    ...texts(plan).filter((text) => text.trim() === '').map(() => 'an empty text'),
    ...said(new Set(plan.notes).size === plan.notes.length, 'the same note twice'),
  ];
}

function oldCards({ hardware }: Answer): readonly Gpu[] {
  return hardware.gpus.filter(
    ({ vendor, computeCapability }) => /nvidia/i.test(vendor) && computeCapability !== null && isAtLeast(computeCapability, '5.0') && !isAtLeast(computeCapability, '7.5'),
  );
}

function sentencesOnDrivers({ plan }: Answer): readonly string[] {
  return texts(plan).flatMap((text) => text.split(/(?<=[.;:])\s/)).filter((sentence) => /driver/i.test(sentence));
}

/** Drivers after branch 580 no longer know Maxwell, Pascal and Volta cards: to update past it is to lose the card. */
function adviceHarmsNoOldCard(answer: Answer): readonly string[] {
  if (oldCards(answer).length === 0) return [];
  return sentencesOnDrivers(answer)
    .filter((sentence) => /\b(59\d|6\d\d)\b|(latest|newest) driver/i.test(sentence.replaceAll(answer.hardware.driver?.version ?? 'no driver', 'yours')))
    .map((sentence) => `the owner of an old card is told of a driver that no longer knows it: "${sentence}"`);
}

/** Whoever owns such a card and reads of a driver "or newer" must read where to stop, too. */
export function openEndedAdvice(answer: Answer): readonly string[] {
  if (oldCards(answer).length === 0) return [];
  const sentences = sentencesOnDrivers(answer);
  const stops = sentences.some((sentence) => /\b580\b.*\blast\b|(beyond|newer than|above|past).*\b580\b/i.test(sentence));
  return stops ? [] : sentences.filter((sentence) => /or (newer|later|higher)/i.test(sentence));
}

function windowsShrinkWithMemory({ plan, hardware }: Answer): readonly string[] {
  const stt = plan.services.find((service) => service.id === 'stt');
  const gpu = hardware.gpus.find((one) => one.uuid === stt?.device);
  if (stt?.windowSeconds === null || stt === undefined || gpu?.memoryMiB == null) return [];
  const wanted = gpu.memoryMiB < 6 * 1024 ? 5 : 10;
  return said(stt.windowSeconds === wanted, `speech recognition looks back ${stt.windowSeconds} s on a card of ${gpu.memoryMiB} MiB`);
}

function mainMemoryHolds({ plan, hardware }: Answer): readonly string[] {
  const wanted = plan.services.filter((service) => service.device === 'cpu').reduce((sum, service) => {
    const candidate = catalogue.candidates.find((one) => one.id === service.model);
    const option = candidate?.options.find((one) => one.device === 'cpu' && one.precision === service.precision);
    return sum + (option?.memoryMiB ?? 0);
  }, 0);
  return said(hardware.memoryMiB < 4000 || wanted < hardware.memoryMiB, `${wanted} MiB planned in ${hardware.memoryMiB} MiB of main memory`);
}

function jsonCarriesEverything({ plan, printed }: Answer): readonly string[] {
  return said(isDeepStrictEqual(printed, plan), 'JSON does not carry the whole plan');
}

/** The sentence where the promise does not hold. */
export function said(holds: boolean, otherwise: string): readonly string[] {
  return holds ? [] : [otherwise];
}
