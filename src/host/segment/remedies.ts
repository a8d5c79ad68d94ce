import * as vscode from 'vscode'
import type { ScanRemedy } from '../../shared/errorData.js'
import { defined } from '../../shared/defined.js'
import type { SegmentRequest } from '../../shared/requests.js'

/** What the user said of a scan, or of a result that is there, that the engine would not take without a word. */
export type SaidOfScan = Pick<SegmentRequest, 'forceHu' | 'huOffset' | 'timePoint' | 'maxBytes' | 'force'>

/** The button that offers to run a refused scan all the same. */
export function remedyLabel(remedy: ScanRemedy): string {
  switch (remedy.option) {
    case 'forceHu':
      return 'It Is CT in HU: Run'
    case 'huOffset':
      return `Subtract ${remedy.offset} and Run`
    case 'timePoint':
      return 'Choose Time Point…'
    case 'maxBytes':
      return `Allow ${(remedy.needsBytes / 2 ** 30).toFixed(1)} GiB and Run`
  }
}

/** What to run with after that button; undefined when the user thought better of it. */
export async function chooseRemedy(remedy: ScanRemedy): Promise<SaidOfScan | undefined> {
  switch (remedy.option) {
    case 'forceHu':
      return { forceHu: true }
    case 'huOffset':
      return { huOffset: remedy.offset }
    case 'timePoint': {
      const all = Array.from({ length: remedy.timePoints }, (_, timePoint) => ({
        label: `Time point ${timePoint}`,
        ...defined({ description: timePoint === 0 ? 'the one that the editor shows first' : undefined }),
        timePoint,
      }))
      const picked = await vscode.window.showQuickPick(all, { title: 'Localize & Segment: time point of the 4D scan' })
      return picked && { timePoint: picked.timePoint }
    }
    case 'maxBytes':
      return { maxBytes: remedy.needsBytes }
  }
}
