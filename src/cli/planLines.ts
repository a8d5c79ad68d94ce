import type { DatasetLayout, DatasetPlan, PlannedScan } from '../shared/datasetRun.js'
import { REASON_TEXTS } from '../shared/reasonTexts.js'

const LAYOUT_NAMES: Readonly<Record<DatasetLayout, string>> = {
  plain: 'plain folders',
  nnunet: 'nnU-Net',
  msd: 'Medical Segmentation Decathlon',
  bids: 'BIDS',
}

/** A plan for users: how much there is to do, and with `allFiles` what happens with every single file. */
export function planLines(plan: DatasetPlan, { allFiles }: { readonly allFiles: boolean }): string[] {
  const { scans, skipped, request } = plan
  const mine = scans.filter(({ inShard }) => inShard)
  const part =
    request.shard === undefined ? '' : `; part ${request.shard.index} of ${request.shard.count} has ${mine.length}`
  return [
    `${scans.length} scans in ${request.folder} (${plan.layouts.map((layout) => LAYOUT_NAMES[layout]).join(', ')})${part}.`,
    `To do: ${tally(mine.flatMap(({ state }) => (state.kind === 'todo' ? REASON_TEXTS[state.why] : [])))}. Done before: ${count(mine, 'done')}.${count(mine, 'kept') > 0 ? ` Left alone: ${count(mine, 'kept')}.` : ''}`,
    ...(skipped.length > 0
      ? [`Not scans to segment: ${tally(skipped.map(({ reason }) => REASON_TEXTS[reason]))}.`]
      : []),
    `Results go to ${plan.outFolder}.`,
    ...plan.warnings.map((warning) => `Note: ${warning}`),
    ...(allFiles
      ? [
          '',
          ...mine.map(scanLine),
          ...skipped.map(({ path, reason }) => `  leave out  ${path} (${REASON_TEXTS[reason]})`),
        ]
      : []),
  ]
}

function scanLine({ path, output, state }: PlannedScan): string {
  switch (state.kind) {
    case 'todo':
      return `  do         ${path} -> ${output} (${REASON_TEXTS[state.why]}${state.keeps === undefined ? '' : `; keeps ${state.keeps.join(', ')}`})`
    case 'done':
      return `  done       ${path} -> ${output}`
    case 'kept':
      return `  left alone ${path} -> ${output} (${REASON_TEXTS[state.why]})`
  }
}

function count(scans: readonly PlannedScan[], kind: PlannedScan['state']['kind']): number {
  return scans.filter(({ state }) => state.kind === kind).length
}

/** `3 (2 new, 1 failed before)`. */
function tally(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return words.length === 0 ? '0' : `${words.length} (${[...counts].map(([word, n]) => `${n} ${word}`).join(', ')})`
}
