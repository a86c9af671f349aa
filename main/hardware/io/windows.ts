import { cpus, totalmem } from 'node:os';
import { win32 } from 'node:path';
import * as z from 'zod';
import { adapterOfWindows, type Adapter } from '../adapters.ts';
import type { HardwareReport } from '../model.ts';
import { runLimited } from './limited-process.ts';

/** What Linux has in /proc and /sys. */
export interface WindowsFacts extends Pick<HardwareReport, 'cpu' | 'memoryMiB' | 'displays'> {
  readonly adapters: readonly Adapter[];
  readonly warnings: readonly string[];
}

/** Processor features by their number for IsProcessorFeaturePresent (winnt.h); the names are those of Linux. */
const features: Readonly<Record<string, number>> = { ssse3: 36, sse4_1: 37, sse4_2: 38, avx: 39, avx2: 40, avx512f: 41 };

/** One PowerShell for what systeminformation does not know (processor features) or learns by running nvidia-smi (adapters, screens). */
const script = `
$ErrorActionPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$kernel = Add-Type -PassThru -Namespace Earshot -Name Kernel -MemberDefinition '[DllImport("kernel32.dll")] public static extern bool IsProcessorFeaturePresent(uint feature);'
[pscustomobject]@{
  adapters = @(Get-CimInstance Win32_VideoController | Select-Object Name, PNPDeviceID)
  displays = @(Get-CimInstance -Namespace root/wmi WmiMonitorBasicDisplayParams | Where-Object Active).Count
  features = @(${Object.values(features).join(', ')} | Where-Object { $kernel::IsProcessorFeaturePresent($_) })
} | ConvertTo-Json -Depth 3 -Compress
`;

const answerShape = z.object({
  adapters: z.array(z.unknown()).catch([]),
  displays: z.number().catch(0),
  features: z.array(z.number()).catch([]),
});

export async function askWindows(environment: NodeJS.ProcessEnv): Promise<WindowsFacts> {
  const program = win32.join(environment['SYSTEMROOT'] ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const options = ['-NoProfile', '-NonInteractive', '-EncodedCommand', Buffer.from(script, 'utf16le').toString('base64')];
  const answer = await runLimited(program, options, environment, { timeLimitMs: 10_000, outputLimitBytes: 1024 ** 2 });
  return parseWindows(answer.output);
}

/** Reads the answer as far as it goes: what is missing is unknown, and a person is told once. */
export function parseWindows(output: string): WindowsFacts {
  const parsed = answerShape.safeParse(jsonOf(output));
  const data = parsed.success ? parsed.data : answerShape.parse({});
  return {
    cpu: {
      model: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      flags: Object.entries(features).flatMap(([name, number]) => (data.features.includes(number) ? [name] : [])),
    },
    memoryMiB: Math.round(totalmem() / 1024 ** 2),
    displays: data.displays,
    adapters: data.adapters.flatMap((row) => adapterOfWindows(row) ?? []),
    warnings: parsed.success ? [] : ['Windows did not say which screens and graphics adapters it has.'],
  };
}

function jsonOf(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    // No JSON is an answer that says nothing; the schema says so.
    return null;
  }
}
