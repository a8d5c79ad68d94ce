import type * as vscode from 'vscode'
import type { Quality } from '../../shared/sidecar.js'
import { expectedSeconds, timesOf, withLatest, type EndedRun, type RunTimes } from './expectedSeconds.js'

const RUN_TIMES = 'medlsam.runTimes'

/** Seconds to expect of a run on this machine in each quality. */
export function secondsByQuality({ globalState }: vscode.ExtensionContext): Readonly<Record<Quality, number>> {
  return expectedSeconds(globalState.get<RunTimes[]>(RUN_TIMES, []))
}

/** Seconds to expect of a scan in a quality; null before there was a run on this machine. */
export function knownSeconds({ globalState }: vscode.ExtensionContext, quality: Quality): number | null {
  const earlier = globalState.get<RunTimes[]>(RUN_TIMES, [])
  return earlier.length === 0 ? null : expectedSeconds(earlier)[quality]
}

/** Remembers how long a run took, for the next question. */
export async function rememberTimes({ globalState }: vscode.ExtensionContext, run: EndedRun): Promise<void> {
  await globalState.update(RUN_TIMES, withLatest(globalState.get<RunTimes[]>(RUN_TIMES, []), timesOf(run)))
}
