/** Scans with label maps for `bench/alignment.ts`: where they are, which structures they have, which are cut. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { BoxMm } from '../src/shared/geometry/points.js'
import { makeAlignmentTemplate, type AlignmentTemplate } from '../src/engine/alignment/alignmentTemplate.js'
import { templateMasks } from '../src/engine/alignment/templateMasks.js'
import { prepareScan } from '../src/engine/alignment/prepareScan.js'
import type { GridVolume } from '../src/engine/alignment/grid.js'
import { dropStrayPieces } from '../src/engine/labels/components.js'
import { boxVoxelToMm } from '../src/shared/geometry/boxConversion.js'
import { labelExtents } from '../src/engine/labels/extremePoints.js'
import { readLabelMap } from '../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../src/engine/scanFiles/readScan.js'
import type { LabelVolume } from '../src/shared/geometry/volume.js'

/** Structures with fewer voxels are slips of the pen. */
const LEAST_VOXELS = 20

/** A scan by folder and name, such as `trunk/th_lidc_b`. */
export type CaseId = string

/** One structure as drawn. */
export interface Drawn {
  readonly labelValue: number
  readonly boxMm: BoxMm
  readonly voxels: number
  /** Cut by the field of view. */
  readonly cut: boolean
}

/** A scan and its truth. */
export interface BenchCase {
  readonly id: CaseId
  readonly scan: GridVolume
  readonly labels: LabelVolume | null
  readonly names: ReadonlyMap<number, string>
  readonly drawn: ReadonlyMap<string, Drawn>
  /** Seconds to read the file and to bring it to the working grid. */
  readonly readSeconds: number
  readonly prepareSeconds: number
}

/** TotalSegmentator's parts of the organs scored. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  RightLung: ['lung_upper_lobe_right', 'lung_middle_lobe_right', 'lung_lower_lobe_right'],
  LeftLung: ['lung_upper_lobe_left', 'lung_lower_lobe_left', 'LeftLung'],
  Liver: ['liver'],
  Spleen: ['spleen'],
  RightKidney: ['kidney_right'],
  LeftKidney: ['kidney_left'],
  Heart: ['Heart'],
  Aorta: ['aorta'],
  Stomach: ['stomach'],
  Pancreas: ['pancreas'],
}

type Names = Readonly<Record<string, string>>

async function readNames(file: string): Promise<ReadonlyMap<number, string>> {
  const { labels } = JSON.parse(await readFile(file, 'utf8')) as { readonly labels: Names }
  return new Map(Object.entries(labels).map(([value, name]) => [Number(value), name]))
}

/** The data folder and what its catalogs say. */
export interface BenchData {
  readonly root: string
  readonly organs: ReadonlyMap<number, string>
  readonly headNeck: ReadonlyMap<number, string>
  /** Organs cut by the field of view, by scan name. */
  readonly cut: ReadonlyMap<string, ReadonlySet<string>>
}

async function rowsOf(file: string): Promise<string[][]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n').slice(1)
  return lines.map((line) => line.split(','))
}

/** Reads the catalogs under a data folder. */
export async function openBenchData(root: string): Promise<BenchData> {
  const words = (text: string | undefined): Set<string> =>
    new Set(
      (text ?? '')
        .trim()
        .split(' ')
        .filter((word) => word !== ''),
    )
  const headNeck = (await rowsOf(path.join(root, 'catalog.csv'))).map(
    (row) => [path.basename(row[0]).replace('_ct.nii.gz', ''), words(row[6])] as const,
  )
  const trunk = (await rowsOf(path.join(root, 'trunk/organs.csv'))).map((row) => [row[0], words(row[2])] as const)
  return {
    root,
    organs: await readNames(path.join(root, 'trunk/organs.json')),
    headNeck: await readNames(path.join(root, 'hn7/labels.json')),
    cut: new Map([...headNeck, ...trunk]),
  }
}

/** TotalSegmentator's labels of a scan under `native` as the organs of the trunk. */
async function asOrgans({ root, organs }: BenchData, name: string, labels: LabelVolume): Promise<LabelVolume> {
  const all = JSON.parse(await readFile(path.join(root, 'native/labels.json'), 'utf8')) as Readonly<
    Record<string, { readonly labels: Names }>
  >
  const valueOf = new Map(
    [...organs].flatMap(([value, organ]) => (PARTS[organ] ?? []).map((part) => [part, value] as const)),
  )
  const table = new Map(
    Object.entries(all[name].labels).map(([value, part]) => [Number(value), valueOf.get(part) ?? 0]),
  )
  return { ...labels, data: Uint8Array.from(labels.data, (value) => table.get(value) ?? 0) }
}

/** Reads one scan with its label map, stray pieces dropped. */
export async function readCase(data: BenchData, id: CaseId): Promise<BenchCase> {
  const [folder, name] = [path.dirname(id), path.basename(id)]
  const started = performance.now()
  const ct = await readScan(path.join(data.root, folder, `${name}_ct.nii.gz`))
  const read = performance.now()
  const scan = prepareScan(ct)
  const prepared = performance.now()
  const file = path.join(data.root, folder, `${name}_${folder === 'trunk' ? 'organs' : 'seg'}.nii.gz`)
  const names = folder.startsWith('hn7') ? data.headNeck : data.organs
  let labels: LabelVolume | null = null
  const drawn = new Map<string, Drawn>()
  if (existsSync(file)) {
    const stored = await readLabelMap(file)
    const own = folder === 'native' ? await asOrgans(data, name, stored) : stored
    labels = dropStrayPieces(own, labelExtents(own))
    const { size, affine } = labels
    for (const { labelValue, boxVoxel, voxels } of labelExtents(labels)) {
      const organ = names.get(labelValue)
      if (organ === undefined || voxels < LEAST_VOXELS) continue
      const touches =
        boxVoxel.min.some((first) => first === 0) || boxVoxel.max.some((last, axis) => last === size[axis] - 1)
      const cut = data.cut.get(name)?.has(organ) === true || touches
      drawn.set(organ, { labelValue, boxMm: boxVoxelToMm(affine, boxVoxel), voxels, cut })
    }
  }
  return {
    id,
    scan,
    labels,
    names,
    drawn,
    readSeconds: (read - started) / 1000,
    prepareSeconds: (prepared - read) / 1000,
  }
}

/** The template made of a scan, with descriptors at these spacings. */
export async function readTemplate(
  data: BenchData,
  id: CaseId,
  descriptorMm: readonly number[],
): Promise<AlignmentTemplate> {
  const { scan, labels, names } = await readCase(data, id)
  return makeAlignmentTemplate({ id, scan, masks: labels === null ? [] : templateMasks(labels, names) }, descriptorMm)
}

/** Ids of the scans in a folder, in order. */
export async function listCases({ root }: BenchData, folder: string): Promise<CaseId[]> {
  const files = (await readdir(path.join(root, folder))).sort()
  return files
    .filter((file) => file.endsWith('_ct.nii.gz'))
    .map((file) => `${folder}/${file.replace('_ct.nii.gz', '')}`)
}
