import type { OpenableSeries } from '../../shared/openableSeries.js'
import { printable } from '../../shared/shownText.js'

/** A series in the list that one is chosen from. */
export interface SeriesItem {
  readonly label: string
  readonly description: string
  readonly detail?: string
  /** The slice that opens it; null for one that is left out. */
  readonly file: string | null
}

/** The series of a folder as a list shows them: those that can be opened, then those that are left out, with the reason. */
export function seriesItems(series: readonly OpenableSeries[]): {
  readonly scans: readonly SeriesItem[]
  readonly leftOut: readonly SeriesItem[]
} {
  const items = series.map(seriesItem)
  return { scans: items.filter(({ file }) => file !== null), leftOut: items.filter(({ file }) => file === null) }
}

function seriesItem(series: OpenableSeries): SeriesItem {
  const { description, modality, slices, pixels, spacingMm, uidEnd, file, problem } = series
  const images = `${slices} ${slices === 1 ? 'image' : 'images'}`
  const size = pixels.every((n) => n > 0) ? [`${pixels[0]} × ${pixels[1]}`] : []
  const spacing = spacingMm === null ? [] : [`${spacingMm.map((mm) => mm.toFixed(2)).join(' × ')} mm`]
  return {
    label: description === '' ? 'Without description' : plainLabel(description),
    description: [modality, images, ...size, ...spacing, `UID …${uidEnd}`].join(' · '),
    ...(problem === null ? {} : { detail: `Left out: ${printable(problem)}` }),
    file,
  }
}

/** Text of a file in a label of VS Code, which draws `$(name)` as an icon. */
function plainLabel(text: string): string {
  return printable(text).replaceAll('$(', String.raw`\$(`)
}
