/** Our installation of one environment, as a process of its own: `tsx install-with-earshot.ts ENVIRONMENT TORCH`; prints its milliseconds. */
import { findInterpreter } from '../../main/environment/io/interpreter.ts';
import { lockFacts } from '../../main/environment/io/lock-files.ts';
import { makeEnvironment } from '../../main/environment/io/make-environment.ts';
import { lockOf } from '../../main/environment/io/torch-lock.ts';
import { installedUv } from '../../main/environment/io/uv.ts';
import { environmentFingerprint } from '../../main/environment/fingerprint.ts';
import { downloadBytesByPackage } from '../../main/environment/lock-sizes.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { defaultSettings } from '../../main/settings/schema.ts';
import { repository } from '../setup/prepare.ts';

const [id = '', torch = ''] = process.argv.slice(2);
const folders = userFolders(process.env);
const uv = await installedUv(folders, repository);
if (uv === null) throw new Error(`no uv in ${folders.data}`);
const { downloads } = defaultSettings;
const startedMs = performance.now();
const lock = await lockOf({ id, torch }, { root: repository, data: folders.data, uv, downloads, onLine: () => undefined });
const facts = await lockFacts(id, repository);
const interpreter = await findInterpreter(uv, { folders, versions: lock.pythonVersions, nowMs: Date.now() });
const foundMs = performance.now();
const fingerprint = environmentFingerprint({ lock: lock.text, pythonVersion: interpreter.series, platform: process.platform, arch: process.arch });
await makeEnvironment(
  { id, fingerprint, lock, interpreter },
  {
    folders,
    uv: uv.keptBy(interpreter.path),
    packageIndex: downloads.packageIndex,
    torchIndex: downloads.torchIndex,
    title: id,
    onLine: () => undefined,
    onBytes: () => undefined,
    ...(facts === null ? {} : { expectedBytes: downloadBytesByPackage(facts) }),
    beforeNetwork: () => Promise.resolve(),
    signal: undefined,
    report: () => undefined,
    // What installing costs, not what trying every engine costs: plain uv tries nothing.
    prove: () => Promise.resolve({ ok: true, torch: null }),
  },
);
console.log(JSON.stringify({ searchMs: foundMs - startedMs, installMs: performance.now() - foundMs }));
