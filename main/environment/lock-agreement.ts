import type { Catalogue } from '../plan/catalogue.ts';
import type { Finding } from '../platform/finding.ts';
import { compareVersions } from '../platform/versions.ts';
import { buildOf, type LockedPackage } from './lock.ts';

/** A lock as it is compared with the others. */
export interface NamedLock {
  /** "voice", "torch-cu124" */
  readonly environment: string;
  readonly platform: 'linux' | 'windows';
  readonly packages: readonly Pick<LockedPackage, 'name' | 'version'>[];
}

/** What carries the version of the CUDA toolkit it belongs to; cuDNN, NCCL and the others count for themselves. */
const toolkit = /^nvidia-(?:cublas|cuda-cupti|cuda-nvrtc|cuda-runtime|nvjitlink|nvtx)(?:-cu\d+)?$/;
/** What both kinds of environment speak with: main talks to all of them in one way. */
const shared = ['fastapi', 'starlette', 'uvicorn', 'websockets', 'msgpack', 'prometheus-client', 'python-multipart', 'soundfile', 'soxr', 'pydantic', 'anyio', 'h11'];
/** CTranslate2 loads cuDNN 9 from 4.5 on and 8 before (faster-whisper's README). */
const cudnn9From = '4.5.0';
/** cuDNN 9.11 dropped every card below 7.5 (Quansight#69, conda-forge cudnn#124). */
const lastCudnnForOldCards = '9.10.2';

/** Where locks contradict one another, or the catalogue the plan is made from. Empty when all agree. */
export function lockDisagreements(locks: readonly NamedLock[], catalogue: Pick<Catalogue, 'torchBuilds' | 'components'>): readonly Finding[] {
  const voices = locks.filter(({ environment }) => environment === 'voice');
  return locks.filter(({ environment }) => buildOf(environment) !== null).flatMap((lock) => {
    const voice = voices.find(({ platform }) => platform === lock.platform);
    return [...withCatalogue(lock, catalogue), ...withItself(lock, catalogue), ...(voice === undefined ? [] : withVoice(lock, voice, catalogue))];
  });
}

function withCatalogue(lock: NamedLock, { torchBuilds }: Pick<Catalogue, 'torchBuilds'>): readonly Finding[] {
  const releases = torchBuilds.find(({ id }) => id === buildOf(lock.environment))?.releases ?? [];
  const torch = plain(versionOf(lock, 'torch'));
  if (releases.some((release) => release.torch === torch && release.index[lock.platform] === 'default')) return [];
  return [disagreement(lock, `It holds torch ${torch}; the catalogue knows no such release of it in the usual package index.`)];
}

function withItself(lock: NamedLock, { torchBuilds }: Pick<Catalogue, 'torchBuilds'>): readonly Finding[] {
  const build = torchBuilds.find(({ id }) => id === buildOf(lock.environment));
  const [torch, torchaudio] = [plain(versionOf(lock, 'torch')), plain(versionOf(lock, 'torchaudio'))];
  const found: Finding[] = [];
  if (series(torch) !== series(torchaudio)) found.push(disagreement(lock, `torch ${torch} wants torchaudio ${series(torch)}, and there is torchaudio ${torchaudio}.`));
  for (const { name, version } of lock.packages.filter((each) => toolkit.test(each.name))) {
    const cuda = build?.cuda ?? null;
    if (series(version) !== cuda) found.push(disagreement(lock, `${name} ${version} belongs to CUDA ${series(version)}, and the build is made with ${cuda ?? 'none'}.`));
  }
  const kernels = build?.releases.find((release) => release.torch === torch)?.kernels[lock.platform] ?? [];
  const oldest = [...kernels].sort(compareVersions)[0] ?? null;
  const cudnn = libraryOf(lock, 'cudnn');
  if (oldest !== null && compareVersions(oldest, '7.5') < 0 && cudnn !== null && compareVersions(patch(cudnn), lastCudnnForOldCards) > 0) {
    found.push(disagreement(lock, `cuDNN ${cudnn} has dropped cards that the build is for (${oldest}); ${lastCudnnForOldCards} is the last that knows them.`));
  }
  return found;
}

function withVoice(lock: NamedLock, voice: NamedLock, { components }: Pick<Catalogue, 'components'>): readonly Finding[] {
  const found: Finding[] = [];
  for (const name of shared) {
    const [here, there] = [versionOf(lock, name), versionOf(voice, name)];
    if (here !== there) found.push(disagreement(lock, `It holds ${name} ${here}, and the voice environment ${there}.`));
  }
  const ctranslate2 = versionOf(voice, 'ctranslate2');
  const [cudnn, cublas] = [libraryOf(lock, 'cudnn'), libraryOf(lock, 'cublas')];
  const wantedCudnn = compareVersions(ctranslate2, cudnn9From) >= 0 ? '9' : '8';
  if (cudnn !== null && major(cudnn) !== wantedCudnn) found.push(disagreement(lock, `CTranslate2 ${ctranslate2} loads cuDNN ${wantedCudnn}, and there is cuDNN ${cudnn}.`));
  const wantedCuda = components.find(({ id }) => id === 'ctranslate2')?.cudaMajor ?? null;
  if (cublas !== null && wantedCuda !== null && major(cublas) !== String(wantedCuda)) {
    found.push(disagreement(lock, `CTranslate2 ${ctranslate2} loads cuBLAS ${wantedCuda}, and there is cuBLAS ${cublas}.`));
  }
  return found;
}

/** Not said to anybody who only uses Earshot: the tests keep such locks from being shipped. */
function disagreement({ environment, platform }: NamedLock, detail: string): Finding {
  return {
    fault: 'torch-version-mismatch',
    severity: 'error',
    title: `Parts of ${environment} for ${platform === 'windows' ? 'Windows' : 'Linux'} do not fit together.`,
    detail,
    evidence: [`python/locks/${environment}.${platform}.txt`],
    remedies: [],
  };
}

function versionOf({ packages }: NamedLock, name: string): string {
  return packages.find((each) => each.name === name)?.version ?? 'none';
}

/** Version of "nvidia-cudnn-cu12", whatever CUDA its name ends with; null where torch brings its own. */
function libraryOf({ packages }: NamedLock, library: 'cudnn' | 'cublas'): string | null {
  return packages.find(({ name }) => name.replace(/-cu\d+$/, '') === `nvidia-${library}`)?.version ?? null;
}

/** "2.5.1+cu124" → "2.5.1" */
function plain(version: string): string {
  return version.replace(/\+.*/, '');
}

/** "12.4.127" → "12.4" */
function series(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** "9.10.2.21" → "9.10.2" */
function patch(version: string): string {
  return version.split('.').slice(0, 3).join('.');
}

function major(version: string): string {
  return version.split('.')[0] ?? '';
}
