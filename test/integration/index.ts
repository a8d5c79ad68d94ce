import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'
import { defineDefaultEditorSuite } from './defaultEditor.js'
import { defineEngineSuite } from './engine.js'
import { defineExtensionSuite } from './extension.js'
import { defineLabelMapsSuite } from './labelMaps.js'
import { takeNotes } from './notes.js'
import { defineScanDocumentSuite } from './scanDocument.js'
import { defineTemplateStoreSuite } from './templateStore.js'

/** Entry point that VS Code calls in its extension host; both runners (desktop and headless) use it. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 240_000, color: true, grep: process.env['MEDLSAM_TEST_GREP'] ?? '' })
  mocha.suite.emit('pre-require', globalThis, '', mocha)
  defineExtensionSuite()
  defineDefaultEditorSuite()
  defineLabelMapsSuite()
  defineScanDocumentSuite()
  defineTemplateStoreSuite()
  defineEngineSuite()
  await new Promise<void>((resolve, reject) => {
    const lines: string[] = []
    const tests: { name: string; seconds: number }[] = []
    const runner = mocha.run((failed) => {
      const { passes, failures, pending } = runner.stats ?? { passes: 0, failures: failed, pending: 0 }
      const results = process.env['MEDLSAM_TEST_RESULTS']
      if (results !== undefined)
        writeFileSync(results, JSON.stringify({ stats: { passes, failures, pending }, lines, tests }))
      if (failed > 0) reject(new Error(`${failed} tests failed`))
      else resolve()
    })
    runner.on('pass', (test) => {
      lines.push(`  ok ${test.fullTitle()}`)
      tests.push({ name: test.fullTitle(), seconds: (test.duration ?? 0) / 1000 })
    })
    runner.on('pending', (test) => lines.push(`  skipped ${test.fullTitle()}`))
    runner.on('fail', (test, error: Error) =>
      lines.push(`  FAILED ${test.fullTitle()}\n    ${error.stack ?? error.message}`),
    )
    runner.on('test end', () => lines.push(...takeNotes()))
  })
}
