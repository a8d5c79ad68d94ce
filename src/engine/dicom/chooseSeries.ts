import path from 'node:path'
import { MedlsamError } from '../../shared/medlsamError.js'
import { inputError } from '../../shared/inputError.js'
import { quoted } from '../../shared/shownText.js'
import type { FoundSeries } from './findSeries.js'
import type { DicomSeries } from './groupSeries.js'
import { HELD_BY_MODALITY, LEFT_OUT_TEXTS } from './leftOut.js'
import { describeAll, type ListedSeries } from './listSeries.js'

/** Shorter ends of a UID are numbers of the list that are not there. */
const SHORTEST_END = 4

/** A series and its number in the list of its place. */
export interface ChosenSeries {
  readonly series: DicomSeries
  /** Null where it is the only CT series there. */
  readonly number: number | null
  /** Sentences about other files of the same series that are not part of the volume. */
  readonly warnings: readonly string[]
}

/**
 * Takes the series that is meant: the one of the file that was named, the one that is asked for, or the only CT series.
 * @param wanted its number in the list, its UID, or the end of its UID
 * @throws MedlsamError `input` where no series can be a scan, or several could be; `usage` where none is as wanted
 */
export function chooseSeries(found: FoundSeries, wanted?: string): ChosenSeries {
  const { series: all, file, folder } = found
  const listed = describeAll(found)
  const scans = listed.filter(({ leftOut }) => leftOut === null)
  const chosen = pick(found, listed, wanted)
  if (chosen === null && scans.length > 1) throw severalSeries(folder, scans)
  const one = chosen ?? scans.at(0)
  if (one === undefined || one.leftOut !== null)
    throw noSeries(file ?? folder, one === undefined ? listed : [one], file !== null)
  const series = all[one.number - 1]
  return { series, number: scans.length > 1 ? one.number : null, warnings: warningsAbout(series, found) }
}

function pick(found: FoundSeries, listed: readonly ListedSeries[], wanted: string | undefined): ListedSeries | null {
  const { series: all, file, folder } = found
  if (wanted !== undefined) {
    const fits = listed.filter(
      ({ number }) => String(number) === wanted || all[number - 1].slices[0].seriesUid === wanted,
    )
    const isEnd = wanted.length >= SHORTEST_END
    const byEnd = listed.filter(({ number }) => isEnd && all[number - 1].slices[0].seriesUid.endsWith(wanted))
    const meant = fits.length > 0 ? fits : byEnd
    if (meant.length === 1) return meant[0]
    throw new MedlsamError(
      'usage',
      `${folder} has ${meant.length === 0 ? 'no series' : 'several series'} ${quoted(wanted)}: choose by number among ${listed.map(shown).join('; ')}.`,
      folder,
    )
  }
  if (file === null) return null
  const index = all.findIndex(({ slices }) => slices.some((slice) => path.resolve(slice.file) === path.resolve(file)))
  if (index >= 0) return listed[index]
  throw inputError(file, `${file} is DICOM, but its header is damaged or cut off, or it lists others: name a slice.`)
}

function severalSeries(folder: string, scans: readonly ListedSeries[]): MedlsamError {
  return new MedlsamError(
    'input',
    `${folder} holds ${scans.length} CT series: ${scans.map(shown).join('; ')}: choose one, or name one of its files.`,
    folder,
    { remedy: { option: 'series' } },
  )
}

function noSeries(place: string, listed: readonly ListedSeries[], isFile: boolean): MedlsamError {
  const [first] = listed
  if (listed.length === 1 && first.leftOut === 'singleSlice')
    return inputError(
      place,
      `${place} holds one slice only, not a volume: name a folder with all slices of the series.`,
    )
  if (isFile && listed.length === 1) return noSlice(place, first)
  const reasons = listed.map((one) => `${shown(one)} (${one.leftOut === null ? '' : LEFT_OUT_TEXTS[one.leftOut]})`)
  return inputError(
    place,
    `${place} holds no CT series that can be a scan, but ${reasons.join('; ')}: name another folder.`,
  )
}

function noSlice(file: string, { modality, leftOut }: ListedSeries): MedlsamError {
  const held = Object.hasOwn(HELD_BY_MODALITY, modality) ? HELD_BY_MODALITY[modality] : `DICOM of the kind ${modality}`
  const what = leftOut === null || leftOut === 'otherModality' ? held : LEFT_OUT_TEXTS[leftOut]
  return inputError(file, `${file} is no slice of a CT scan (${what}): name a slice of the scan.`)
}

/** A series in a sentence. */
function shown({ number, description, modality, slices, pixels, spacingMm, uidEnd }: ListedSeries): string {
  const apart = spacingMm === null ? '' : `, ${spacingMm[2].toFixed(2)} mm apart`
  const images = `${slices} ${slices === 1 ? 'image' : 'images'} of ${pixels.join(' x ')}`
  return `${number}. ${description === '' ? 'without description' : quoted(description)}, ${modality}, ${images}${apart}, UID …${uidEnd}`
}

function warningsAbout({ slices: [first, ...rest] }: DicomSeries, { series, folder, damaged }: FoundSeries): string[] {
  const others = series.filter(
    ({ slices, leftOut }) => slices[0] !== first && slices[0].seriesUid === first.seriesUid && leftOut !== 'localizer',
  )
  const files = others.reduce((sum, { slices }) => sum + slices.length, 0)
  const kept = rest.length + 1
  return [
    ...(files === 0
      ? []
      : [
          `${files} images of the same series in ${folder} are of another size, direction or kind than the ${kept} taken.`,
        ]),
    ...(damaged.length === 0 ? [] : [`${damaged.length} DICOM files in ${folder} are damaged and were passed over.`]),
  ]
}
