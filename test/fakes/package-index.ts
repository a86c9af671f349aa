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

/** A real wheel of a pure Python package with these files. */
export function wheel(name: string, version: string, files: Readonly<Record<string, string>>): Wheel {
  const info = `${name}-${version}.dist-info`;
  const all: Record<string, string> = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
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
  return { name, version, bytes, requirement: `${name}==${version} --hash=sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

/** A stand-in of the Python package index that has these wheels; `intercept` may answer, or keep waiting, instead of it. */
export function startPackageIndex(wheels: readonly Wheel[], intercept: (path: string, response: ServerResponse) => boolean = () => false): Promise<WebServer> {
  return startWebServer((request, response) => {
    const path = request.url ?? '';
    if (intercept(path, response)) return;
    const page = wheels.filter((candidate) => path === `/simple/${candidate.name.replaceAll('_', '-')}/`);
    const file = wheels.find((candidate) => path === `/files/${fileName(candidate)}`);
    if (page.length > 0) {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(page.map((each) => `<a href="/files/${fileName(each)}">${fileName(each)}</a>`).join('\n'));
    } else if (file !== undefined) response.writeHead(200, { 'content-length': file.bytes.length }).end(file.bytes);
    else response.writeHead(404).end();
  });
}

function fileName({ name, version }: Wheel): string {
  return `${name}-${version}-py3-none-any.whl`;
}
