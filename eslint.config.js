import importX from 'eslint-plugin-import-x';
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

const stageZones = stages.flatMap((stage, index) => {
  const later = [...stages.slice(index + 1), 'commands'];
  return [
    {
      target: `./main/${stage}`,
      from: later.map((name) => `./main/${name}`),
      message: `${stage} must not know the stages after it (${later.join(', ')}).`,
    },
  ];
});

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'python/**', 'docs/**', 'coverage/**'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.tsx', '.js'] } } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: stageZones }],
      'func-style': ['error', 'declaration', { allowArrowFunctions: false }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        { selector: 'ExportAllDeclaration', message: 'No barrel files.' },
      ],
    },
  },
  {
    // Only the desktop stage and the desktop's entry know Electron: everything else runs under plain Node.
    files: ['main/**/*.ts'],
    ignores: ['main/desktop/**', 'main/index.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [{ name: 'electron', message: 'Only main/desktop and main/index.ts.' }] }] },
  },
  {
    // Effects live in files named for them: a pure stage file reads no disk and starts no process.
    files: ['main/{hardware,plan,environment,services,conversation,telemetry}/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'electron', message: 'Only main/desktop and main/index.ts.' },
            ...['node:fs', 'node:fs/promises', 'node:child_process', 'node:net', 'node:http', 'execa', 'ws'].map((name) => ({
              name,
              message: 'Effects live in the io/ folder of the stage.',
            })),
          ],
        },
      ],
    },
  },
  { files: ['eslint.config.js', 'vitest.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
  { files: ['eslint.config.js'], extends: [tseslint.configs.disableTypeChecked] },
);
