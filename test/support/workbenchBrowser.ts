import { chromium, type Browser, type BrowserServer } from 'playwright-core'
import { ensureWorkbenchTools } from './workbenchTools.js'

const SOFTWARE_DRAWING = [
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  // Debian's Chromium turns it on, which without a graphics card draws the workbench itself in software twice.
  '--disable-gpu-rasterization',
  '--disable-gpu-compositing',
]

const launchOptions = (drawing: readonly string[]): { executablePath: string; args: string[] } => ({
  executablePath: ensureWorkbenchTools().chromium,
  args: ['--no-sandbox', ...drawing],
})

/** Starts a browser that draws in software, unless it is told otherwise. */
export async function startBrowser(drawing: readonly string[] = SOFTWARE_DRAWING): Promise<Browser> {
  return chromium.launch(launchOptions(drawing))
}

/** Starts a browser that other processes connect to. */
export async function startSharedBrowser(): Promise<BrowserServer> {
  return chromium.launchServer(launchOptions(SOFTWARE_DRAWING))
}
