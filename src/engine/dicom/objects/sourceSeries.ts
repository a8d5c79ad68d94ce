import { inputError } from '../../../shared/inputError.js'
import { chooseSeries } from '../chooseSeries.js'
import { parseBeforePixels, textOf, wordsOf } from '../dataSet.js'
import type { FoundSeries } from '../findSeries.js'
import { bytesBeforePixels } from '../readHeaders.js'
import { stackSlices, type SliceStack } from '../stackSlices.js'

/**
 * What ties a DICOM object to its patient and study. Only what a DICOM object must repeat; kept for as long as one is
 * written, and never part of a message.
 */
export interface SourceIdentity {
  readonly patientName: string
  readonly patientId: string
  readonly birthDate: string
  readonly sex: string
  readonly studyUid: string
  readonly studyDate: string
  readonly studyTime: string
  readonly studyId: string
  readonly accessionNumber: string
  readonly isDeidentified: boolean
}

/** A file that another object refers to. */
export interface SourceImage {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
}

/** The series that a label map was made of, as objects made of it refer to it. */
export interface SourceSeries {
  /** What messages call it. */
  readonly folder: string
  readonly stack: SliceStack
  readonly identity: SourceIdentity
  readonly seriesUid: string
  readonly frameOfReferenceUid: string
  /** Of each slice of the stack, in its order. */
  readonly images: readonly SourceImage[]
}

/**
 * Opens the CT series that a label map belongs to. The first header is read again, no pixels.
 * @param wanted which of the series, where there are several
 * @throws MedlsamError `input` and `usage` as opening it as a scan does, and where it has no UIDs to refer to
 */
export async function openSourceSeries(found: FoundSeries, wanted?: string): Promise<SourceSeries> {
  const { series } = chooseSeries(found, wanted)
  const stack = stackSlices(series, found.folder)
  const [first] = stack.slices
  const identity = await readIdentity(first.file)
  const isComplete = identity.studyUid !== '' && first.seriesUid !== '' && first.frameOfReferenceUid !== ''
  if (!isComplete || stack.slices.some(({ sopInstanceUid }) => sopInstanceUid === ''))
    throw inputError(
      found.folder,
      `The slices of ${found.folder} lack UIDs of study, series, image or frame of reference, so no DICOM object can refer to them: export the series again.`,
    )
  return {
    folder: found.folder,
    stack,
    identity,
    seriesUid: first.seriesUid,
    frameOfReferenceUid: first.frameOfReferenceUid,
    images: stack.slices.map(({ sopClassUid, sopInstanceUid }) => ({ sopClassUid, sopInstanceUid })),
  }
}

async function readIdentity(file: string): Promise<SourceIdentity> {
  const set = parseBeforePixels(await bytesBeforePixels(file))
  if (set === null) throw inputError(file, `${file} changed while it was read: try again when it is complete.`)
  return {
    patientName: wordsOf(set, 'x00100010'),
    patientId: wordsOf(set, 'x00100020'),
    birthDate: textOf(set, 'x00100030'),
    sex: textOf(set, 'x00100040'),
    studyUid: textOf(set, 'x0020000d'),
    studyDate: textOf(set, 'x00080020'),
    studyTime: textOf(set, 'x00080030'),
    studyId: wordsOf(set, 'x00200010'),
    accessionNumber: wordsOf(set, 'x00080050'),
    isDeidentified: textOf(set, 'x00120062') === 'YES',
  }
}
