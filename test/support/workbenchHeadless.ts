import { setTimeout as sleep } from 'node:timers/promises'
import { startBrowser } from './workbenchBrowser.js'
import { testsEnv } from './testsEnv.js'
import { startWorkbench } from './workbenchServer.js'
import { fillIntegrationWorkspace } from './scanWorkspace.js'

// Loads the extension and its integration suite into the extension host of code-server: a browser page is what starts one.
const [extension, suite, workspace] = process.argv.slice(2)
const LIMIT_MS = 12 * 60_000

fillIntegrationWorkspace(workspace)
const server = await startWorkbench({
  testDriver: true,
  env: testsEnv(process.env),
})
const browser = await startBrowser()
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const exited = new Promise<number>((resolve) => {
    void page.exposeFunction('codeAutomationExit', (code: number) => {
      resolve(code)
    })
  })
  await page.exposeFunction('codeAutomationLog', () => undefined)
  const remote = (file: string): string => `vscode-remote://127.0.0.1:${server.port}${file}`
  const payload = encodeURIComponent(
    JSON.stringify([
      ['extensionDevelopmentPath', remote(extension)],
      ['extensionTestsPath', remote(suite)],
    ]),
  )
  await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(workspace)}&payload=${payload}`)
  // A host that crashed never calls exit.
  process.exitCode = await Promise.race([exited, sleep(LIMIT_MS, 1)])
} finally {
  await browser.close()
  await server.stop()
}
process.exit()
