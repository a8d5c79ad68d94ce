import axe from 'axe-core'
import type { FrameLocator } from 'playwright-core'

/** What axe-core finds wrong in a view, one line per element; empty when all is well. */
export async function accessibilityProblems(view: FrameLocator): Promise<string[]> {
  const body = await view.locator('body').elementHandle()
  const frame = await body.ownerFrame()
  if (!frame) throw new Error('The view has no frame.')
  // Through the debugger, which the page's content security policy does not stop.
  await frame.evaluate(axe.source)
  return frame.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>
      }
    }
    const { violations } = await checker.run({ resultTypes: ['violations'], elementRef: false })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${(failureSummary ?? '').replaceAll(/\s+/g, ' ')}`,
      ),
    )
  })
}
