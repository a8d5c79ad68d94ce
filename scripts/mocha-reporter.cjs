// Mocha's list for people, and its counts and the seconds of every test as JSON for the scripts that add them up.
const { mkdirSync, writeFileSync } = require('node:fs')
const path = require('node:path')
const { reporters, Runner } = require('mocha')

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const { output } = options.reporterOptions
    const tests = []
    runner.on(Runner.constants.EVENT_TEST_PASS, (test) => {
      tests.push({ name: test.fullTitle(), seconds: test.duration / 1000 })
    })
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats
      mkdirSync(path.dirname(output), { recursive: true })
      writeFileSync(output, JSON.stringify({ stats: { passes, failures, pending }, tests }))
    })
  }
}
