import tseslint from 'typescript-eslint';

/**
 * The stages of the loop in the order data flows. A stage may import itself and what stands before it, so that
 * "which stage does this belong to" has one answer. `platform` and `settings` carry no decisions and stand below all.
 */
const stages = [
  'platform',
  'settings',
  'hardware',
  'plan',
  'environment',
  'services',
  'conversation',
  'telemetry',
  'remedy',
  'desktop',
];

/** Stages whose effects live in files named for them: outside of io/ they read no disk and start no process. */
const stagesWithIo = ['hardware', 'plan', 'environment', 'services', 'conversation', 'telemetry', 'remedy'];
const effects = ['node:fs', 'node:fs/promises', 'node:child_process', 'node:net', 'node:http', 'node:https', 'execa', 'ws', 'tar', 'npm-registry-fetch', 'http-proxy-agent', 'https-proxy-agent', 'systeminformation'];

/** One block a stage: what its files must not import. */
function stageRules() {
  return stages.map((stage, index) => {
    const later = [...stages.slice(index + 1), 'commands'];
    const pure = stagesWithIo.includes(stage);
    return [
      stageBlock(stage, later, [`main/${stage}/**/*.ts`], stage === 'desktop' ? [] : ['electron']),
      ...(pure ? [stageBlock(stage, later, [`main/${stage}/*.ts`], ['electron', ...effects])] : []),
    ];
  });
}

function stageBlock(stage, later, files, modules) {
  return {
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: modules.map((name) => ({
            name,
            message: name === 'electron' ? 'Only main/desktop and main/index.ts know Electron.' : 'Effects live in the io/ folder of the stage.',
          })),
          patterns: [{ regex: `^\\.\\./(\\.\\./)?(${later.join('|')})/`, message: `${stage} must not know the stages after it.` }],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist/**', '.dist-*/**', 'release/**', 'node_modules/**', 'python/**', 'docs/**', 'coverage/**'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'func-style': ['error', 'declaration', { allowArrowFunctions: false }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        { selector: 'ExportAllDeclaration', message: 'No barrel files.' },
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
      ],
    },
  },
  ...stageRules().flat(),
  {
    files: ['main/commands/**/*.ts', 'main/cli.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [{ name: 'electron', message: 'Only main/desktop and main/index.ts know Electron.' }] }] },
  },
  { files: ['eslint.config.js', 'vitest.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['eslint.config.js'], extends: [tseslint.configs.disableTypeChecked] },
);
