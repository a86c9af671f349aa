import { expect, test } from 'vitest';
import { downloadFault } from '../../../main/environment/download-fault.ts';
import { faultOfFinding, findingOfFault, freeDiskSpace, tryAgain } from '../../../main/environment/install-remedies.ts';
import { uvFinding } from '../../../main/environment/uv-fault.ts';
import { describeFault } from '../../../main/platform/fault.ts';

const finding = uvFinding('the packages', 'error: Failed to fetch: `https://index.example/`\n  cause: tunnel error: unsuccessful', { build: null });

test('a finding that ends a command and is listed afterwards is the same finding', () => {
  const withDetail = { ...finding, detail: 'Said by somebody.' };
  expect([finding, withDetail].map((each) => findingOfFault(faultOfFinding(each)))).toEqual([finding, withDetail]);
});

test('what a person reads at the keyboard says what happened, what shows it and what to do', () => {
  expect(describeFault(faultOfFinding(finding))).toBe(
    [
      'Could not be fetched: the packages. The proxy does not let Earshot through.',
      '  error: Failed to fetch: `https://index.example/`',
      '  cause: tunnel error: unsuccessful',
      'Ask whoever runs this network to let the proxy pass the package index, or use another network. Check the address of the proxy (HTTPS_PROXY and HTTP_PROXY where Earshot is started from; http://name:port), then start again.',
    ].join('\n'),
  );
});

test('trying again is the cure where there is no better one', () => {
  expect(downloadFault('a model', null, ['hub: answered 404']).cure).toBe(tryAgain.title);
});

test('a fault from elsewhere keeps its advice as something only a person can do', () => {
  const remedies = (['process-crashed', 'disk-full'] as const).map((id) => findingOfFault({ id, title: 'It ended.', cure: 'Look at the log.' }).remedies);
  const advice = { id: 'follow-advice', title: 'Look at the log.', kind: 'guide' };
  expect(remedies).toEqual([
    [advice, tryAgain],
    [freeDiskSpace, advice],
  ]);
});

test('what the plan can do without is a warning', () => {
  expect(findingOfFault(faultOfFinding(finding), 'warning').severity).toBe('warning');
});
