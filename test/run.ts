/** `npm test`: prepares the product once, runs every suite and closes with one line that counts them all. */
import { execa } from 'execa';
import { mkdtemp, readFile, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { lint } from './lint.ts';
import { cacheFolder, testHome } from './setup/cache.ts';
import { developerPython, prepareProduct, repository, torchDeveloperPython } from './setup/prepare.ts';

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, be it once, and how it begins to say why: told once more at the very end, where a long log is read first. */
  readonly failures?: readonly string[];
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({ name: z.string(), message: z.string(), assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() })) }),
  ),
});

/** Tests of a project of vitest's; `reporter` is its own name for how much is told of what passes. */
async function vitest(project: string, reporter: string, scratch: string): Promise<Count> {
  const file = join(scratch, `${project}.json`);
  const result = await execa('npx', ['vitest', 'run', '--project', project, `--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${file}`], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
  });
  const report = vitestReport.parse(JSON.parse(await readFile(file, 'utf8')));
  // A file that cannot be loaded fails the run without a failed test.
  const failed = result.failed ? Math.max(1, report.numFailedTests) : report.numFailedTests;
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests, failures: failuresOf(report) };
}

function failuresOf({ testResults }: z.infer<typeof vitestReport>): readonly string[] {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const where = relative(repository, name);
    const told = assertionResults.flatMap(({ fullName, status, failureMessages }) =>
      (failureMessages ?? []).map((failure) => `${status === 'failed' ? 'failed' : 'passed at another try'}: ${where} > ${fullName}: ${beginningOf(failure)}`),
    );
    return message === '' ? told : [...told, `failed: ${where}: ${beginningOf(message)}`];
  });
}

function beginningOf(text: string): string {
  return text.split('\n').slice(0, 3).join(' ').slice(0, 300);
}

/** Services answer most of them, on shared cores that stand still for a second now and then: a few tests may have one more try, which is printed. */
const oneMoreTry = ['--reruns=1', '--max-suite-reruns=3', '--rerun-show-tracebacks'];

/** Tests of the Python side; `name` tells apart what is run with one Python from what is run with another. Their output comes at their end, in one piece. */
async function pytest(name: string, python: string, suites: readonly string[], scratch: string): Promise<Count> {
  const file = join(scratch, `${name}.xml`);
  const result = await execa(python, ['-m', 'pytest', '-c', 'python/pyproject.toml', '--rootdir', '.', '-q', '-rfEsR', ...oneMoreTry, `--junitxml=${file}`, ...suites], {
    cwd: repository,
    env: { EARSHOT_TEST_MODELS: join(testHome, 'data', 'models'), PYTHONDONTWRITEBYTECODE: '1' },
    stdin: 'ignore',
    all: true,
    reject: false,
  });
  console.log(result.all ?? '');
  const xml = await readFile(file, 'utf8');
  function counted(what: string): number {
    return Number(new RegExp(`<testsuite [^>]*\\b${what}="(\\d+)"`).exec(xml)?.[1] ?? 0);
  }
  const failed = counted('failures') + counted('errors');
  const skipped = counted('skipped');
  const failures = [...new Set((result.all ?? '').split('\n').filter((line) => /^(FAILED|ERROR|RERUN) /.test(line)))];
  return { passed: counted('tests') - failed - skipped, failed: result.failed ? Math.max(1, failed) : failed, skipped, failures };
}

const conversationSuite = 'test/python/conversation';
/** What needs torch, and nothing of the voice environment. */
const torchSuites = ['test/python/kyutai/with_torch', 'test/python/silero', 'test/python/verification/with_torch'];
/** Of torch's packages, once unpacked, and as they are fetched. */
const torchGiB = 12;

async function torchTests(scratch: string): Promise<Count> {
  const { bavail, bsize } = await statfs(repository);
  const freeGiB = (bavail * bsize) / 1024 ** 3;
  if (freeGiB < torchGiB) {
    console.log(`The torch engines are not tested: that needs ${torchGiB} GiB of free disk, and there are ${freeGiB.toFixed(1)}.`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  return pytest('torch', await torchDeveloperPython(), torchSuites, scratch);
}

/** All suites in order; a suite that cannot even start counts as one failure. */
async function runSuites(): Promise<readonly Count[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'earshot-test-'));
  console.log(`Cache of the tests: ${cacheFolder}`);
  const prepared = await counted(async () => {
    await prepareProduct();
    return { ...(await lint()), skipped: 0 };
  });
  const python = await developerPython();
  const elsewhere = [conversationSuite, ...torchSuites].map((suite) => `--ignore=${suite}`);
  // Two cores, and none of the three lines fills more than one: conversations mostly wait. What runs the real product comes alone.
  const beside = await Promise.all([
    inOrder([() => vitest('unit', 'dot', scratch), () => torchTests(scratch)]),
    inOrder([() => pytest('python', python, ['test/python', ...elsewhere], scratch)]),
    inOrder([() => pytest('conversation', python, [conversationSuite], scratch)]),
  ]);
  return [prepared, ...beside.flat(), await counted(() => vitest('real', 'default', scratch))];
}

async function inOrder(suites: readonly (() => Promise<Count>)[]): Promise<readonly Count[]> {
  const counts: Count[] = [];
  for (const suite of suites) counts.push(await counted(suite));
  return counts;
}

async function counted(suite: () => Promise<Count>): Promise<Count> {
  try {
    return await suite();
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const suites = await runSuites();
const total = suites.reduce((sum, suite) => ({
  passed: sum.passed + suite.passed,
  failed: sum.failed + suite.failed,
  skipped: sum.skipped + suite.skipped,
}));
for (const failure of suites.flatMap(({ failures = [] }) => failures)) console.log(failure);
if (total.skipped > 0) console.log(`\n${total.skipped} skipped; each says why above.`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
