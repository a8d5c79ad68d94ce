import js from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  // kernels/ is AssemblyScript, another language with the same syntax.
  { ignores: ['dist/**', 'out/**', 'node_modules/**', 'training/**', '**/*.cjs', 'kernels/**'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // There are no enums here, and this one takes a fifth of all linting.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-console': 'error',
    },
  },
  // What runs in a browser too.
  {
    files: ['src/imageio/**', 'src/protocol/**', 'src/webview/**', 'src/shared/**'],
    ignores: ['src/shared/node/**'],
    rules: { 'no-restricted-globals': ['error', 'Buffer', 'process', 'require', '__dirname'] },
  },
  // Vitest's asymmetric matchers are typed any.
  { files: ['test/**'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off' } },
  { files: ['scripts/**', 'bench/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly' },
    },
  },
)
