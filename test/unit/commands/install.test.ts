import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runInstall } from '../../../main/commands/install.ts';
import { faultOf } from '../../../main/commands/output.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { userFolders } from '../../../main/platform/folders.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { recordedOutput } from './recorded-output.ts';

test.each([
  ['is missing', null, 'there is no such file'],
  ['is no JSON', 'plan: mine', /^it is not JSON/],
  ['describes a computer instead', '{"os": {}, "cpu": {}}', /^profile: is missing\n/],
])('a saved plan that %s is an error, and nothing is installed', async (_damage, content, detail) => {
  const home = temporaryFolder();
  const path = join(home, 'plan.json');
  if (content !== null) writeFileSync(path, content);
  const { output, said, results } = recordedOutput();
  const context = { output, folders: userFolders({ EARSHOT_HOME: home }), root: home, settings: defaultSettings, catalogue, signal: new AbortController().signal };
  const fault = await runInstall(context, path).then(() => null, faultOf);
  expect({ fault, said, results }).toEqual({
    fault: {
      id: 'plan-invalid',
      title: `The plan ${path} cannot be used.`,
      detail: typeof detail === 'string' ? detail : (expect.stringMatching(detail) as unknown),
      cure: 'Make it anew with "earshot plan --json", or leave out --plan to install what this computer needs.',
    },
    said: [],
    results: [],
  });
});
