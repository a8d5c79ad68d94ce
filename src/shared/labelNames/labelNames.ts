import { decodeText } from '../decodeText.js'
import { labelTableNamesOf } from '../labelMapNames.js'
import { parseLabelTable } from '../labelTable.js'
import { stemOf } from '../scanNames.js'
import type { Structure } from '../structure.js'
import { parseItkSnapLabels, parseSlicerColors } from './colorTables.js'
import { headerNames } from './headerNames.js'
import { parseJsonNames } from './jsonNames.js'

/** As much of a label map as its header may take. */
export const HEADER_BYTES = 1 << 18

/** How the files around a label map are read; paths are relative to its folder, with slashes. */
export interface NamesFiles {
  /** A whole file; null where there is none. */
  read(path: string): Promise<Uint8Array | null>
  /** The first unpacked bytes of a file, about {@link HEADER_BYTES}. */
  start(path: string): Promise<Uint8Array>
}

/** What names the values of a label map. */
export interface LabelNames {
  readonly structures: readonly Structure[]
  /** The file that says so. */
  readonly from: string
  /** Whether it may name more than this label map holds: it is about a whole folder. */
  readonly isShared: boolean
}

const FOLDER_FILES = ['dseg.tsv', 'labels.json', 'dataset.json', '../labels.json', '../dataset.json', '../dseg.tsv']
const FOLDER_TABLES = ['labels.label', 'labels.txt', 'labels.ctbl']

/**
 * Finds what names the values of a label map: tables of its own name, its own header, then files about the whole folder,
 * as BIDS, ITK-SNAP, 3D Slicer, TotalSegmentator, nnU-Net and the Medical Segmentation Decathlon have them. Null for none.
 */
export async function findLabelNames(labelMap: string, files: NamesFiles): Promise<LabelNames | null> {
  const stem = stemOf(labelMap)
  const own = [
    ...labelTableNamesOf(labelMap),
    ...['.label', '.ctbl', '.txt', '_ColorTable.ctbl', '_labels.txt', '.json'].map((ending) => `${stem}${ending}`),
  ]
  return (
    (await firstOf(own, files, false)) ??
    (await ofHeader(labelMap, files)) ??
    (await firstOf([...FOLDER_FILES, ...FOLDER_TABLES], files, true))
  )
}

async function firstOf(paths: readonly string[], files: NamesFiles, isShared: boolean): Promise<LabelNames | null> {
  for (const path of paths) {
    const bytes = await files.read(path)
    const structures = bytes === null ? null : parseNames(path, decodeText(bytes))
    if (structures !== null && structures.length > 0) return { structures, from: path, isShared }
  }
  return null
}

async function ofHeader(labelMap: string, files: NamesFiles): Promise<LabelNames | null> {
  // A file that cannot be read is said where its voxels are.
  const start = await files.start(labelMap).catch(() => new Uint8Array())
  const structures = headerNames(start)
  return structures.length === 0 ? null : { structures, from: labelMap, isShared: false }
}

function parseNames(path: string, text: string): readonly Structure[] | null {
  if (path.endsWith('.tsv')) return parseLabelTable(text)
  if (path.endsWith('.json')) return parseJsonNames(text)
  return parseItkSnapLabels(text) ?? parseSlicerColors(text)
}
