import { runTests } from '@vscode/test-electron'
import { fillIntegrationWorkspace } from './scanWorkspace.js'
import { testsEnv } from './testsEnv.js'

// The same integration suite in desktop VS Code, which @vscode/test-electron downloads.
const [extension, suite, workspace] = process.argv.slice(2)
fillIntegrationWorkspace(workspace)
process.exitCode = await runTests({
  extensionDevelopmentPath: extension,
  extensionTestsPath: suite,
  launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust'],
  extensionTestsEnv: testsEnv(process.env),
})
