import type { KeptReason, SkipReason, TodoReason } from './datasetRun.js'

/** What users read for each reason of a plan: in plan lines, error messages and the views of VS Code. */
export const REASON_TEXTS: Readonly<Record<SkipReason | TodoReason | KeptReason, string>> = {
  labelMap: 'label map',
  otherChannel: 'other channel',
  notCt: 'not CT',
  excluded: 'excluded',
  sameOutput: 'same output',
  resultFolder: 'result folder',
  ownSlices: 'DICOM slices of the folder itself',
  cannotOpen: 'cannot be opened',
  notFetched: 'not fetched',
  new: 'new',
  unfinished: 'unfinished',
  failedBefore: 'failed before',
  scanChanged: 'scan changed',
  otherOptions: 'other options',
  outputMissing: 'output missing',
  forced: 'forced',
  editedSince: 'edited since',
  notFromRun: 'not written by a run',
  otherScan: 'made from another scan',
}
