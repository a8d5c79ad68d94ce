import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vitest/config'

/** What a test file does or imports that another file in the same process would notice. */
const NOTICED_BY_OTHERS = ['vi.mock(', 'support/modelRegistry', 'support/datasetRuns', 'support/blockBenchmark']

const files = readdirSync('test/unit', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => path.posix.join('test/unit', name.replaceAll(path.sep, '/')))
const isAlone = (file: string): boolean => {
  const text = readFileSync(file, 'utf8')
  return NOTICED_BY_OTHERS.some((part) => text.includes(part))
}
const alone = files.filter(isAlone)

export default defineConfig({
  test: {
    // onnxruntime-node crashes in worker threads; forks are safe.
    pool: 'forks',
    maxWorkers: 2,
    // Some start programs, and all may run beside suites that are served first.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      // Loading the modules takes longer than most tests: once is enough.
      {
        extends: true,
        test: { name: 'together', include: files.filter((file) => !alone.includes(file)), isolate: false },
      },
    ],
  },
})
