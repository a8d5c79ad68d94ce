// Fetches the tools of the headless workbench before they are needed. Where that fails nothing is said yet: the suites that
// need them say it.
import { ensureWorkbenchTools } from '../test/support/workbenchTools.js'

try {
  ensureWorkbenchTools()
} catch {
  process.exitCode = 1
}
