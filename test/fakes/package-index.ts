import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { startWebServer, type WebServer } from './web-server.ts';

export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly bytes: Buffer;
  /** Line of a lock: version and hash. */
  readonly requirement: string;
}

/** A real wheel of a pure Python package with these files, which asks for `requires` ("other==1.0"). */
export function wheel(name: string, version: string, files: Readonly<Record<string, string>>, requires: readonly string[] = []): Wheel {
  const info = `${name.replaceAll('-', '_')}-${version}.dist-info`;
  const wants = requires.map((requirement) => `Requires-Dist: ${requirement}\n`).join('');
  const all: Record<string, string> = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${wants}`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: earshot-test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const record = [...Object.keys(all), `${info}/RECORD`].map((path) => `${path},,\n`).join('');
  const program = [
    'import io, json, sys, zipfile',
    'out = io.BytesIO()',
    'with zipfile.ZipFile(out, "w") as wheel:',
    '    for path, text in json.load(sys.stdin).items():',
    '        wheel.writestr(zipfile.ZipInfo(path), text)',
    'sys.stdout.buffer.write(out.getvalue())',
  ].join('\n');
  const bytes = execFileSync('python3', ['-c', program], { input: JSON.stringify({ ...all, [`${info}/RECORD`]: record }) });
  return { name, version, bytes, requirement: `${name}==${version} --hash=sha256:${sha256(bytes)}` };
}

/** How much of the truth an index tells: without hashes, whoever wants one has to fetch the file. */
export interface IndexManners {
  readonly hashes?: boolean;
}

/**
 * A stand-in of a Python package index that has these wheels, under every path (`/simple/`, `/whl/cu118/`); `intercept` may
 * answer, or keep waiting, instead of it.
 */
export function startPackageIndex(
  wheels: readonly Wheel[],
  intercept: (path: string, response: ServerResponse) => boolean = () => false,
  { hashes = false }: IndexManners = {},
): Promise<WebServer> {
  return startWebServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    if (intercept(path, response)) return;
    const page = wheels.filter((candidate) => path.endsWith(`/${candidate.name.replaceAll('_', '-')}/`));
    const file = wheels.find((candidate) => path === `/files/${fileName(candidate)}`);
    if (page.length > 0) {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(page.map((each) => `<a href="/files/${encodeURIComponent(fileName(each))}${hashes ? `#sha256=${sha256(each.bytes)}` : ''}">${fileName(each)}</a>`).join('\n'));
    } else if (file !== undefined) response.writeHead(200, { 'content-length': file.bytes.length }).end(file.bytes);
    else response.writeHead(404).end();
  });
}

function fileName({ name, version }: Wheel): string {
  return `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
