import path from 'node:path'
import { emptyTemplateSet, type TemplateSet } from '../../src/shared/templateSet.js'
import { addTemplate } from '../../src/shared/templateSetEdit.js'
import { templateFromLabelMap } from '../../src/engine/templates/fromLabelMap.js'
import { writeLabelMap } from '../../src/engine/scanFiles/writeLabelMap.js'
import { writeScan } from '../../src/engine/scanFiles/writeScan.js'
import { ORIENTATIONS, orientedAffine } from './orientations.js'
import { phantom } from './phantom.js'
import { tempFolder } from './tempFolder.js'

/** The grid of all scans. */
export const SIZE = [40, 38, 30] as const
export const AFFINE = orientedAffine(ORIENTATIONS[0], SIZE, [4, 4, 5])

/** The one structure. */
export const NAMES = [{ name: 'Lump', labelValue: 3, color: '#aa5500' }]

/** A folder for small scans with label maps and sets of them; it goes away with the test file. */
export interface TemplateScans {
  readonly folder: string
  /** The path of a file in the folder. */
  readonly at: (name: string) => string
  /** Writes `STEM_ct.nii.gz` with a bright landmark moved along x, and `STEM_seg.nii.gz` with a lump around it. */
  readonly writePair: (stem: string, shift: number) => Promise<void>
  /** The same with a lump that ends two voxels (10 mm) higher than it looks. */
  readonly writeTallPair: (stem: string, shift: number) => Promise<void>
  /** A set of written pairs, not written itself. */
  readonly setOf: (file: string, stems: readonly string[]) => Promise<TemplateSet>
}

/** An empty folder for such scans. */
export function templateScans(): TemplateScans {
  const folder = tempFolder()
  const at = (name: string): string => path.join(folder, name)
  const write = async (stem: string, shift: number, planes: number): Promise<void> => {
    const scan = phantom(SIZE, AFFINE, [shift, 0, 0])
    const slice = SIZE[0] * SIZE[1]
    const labels = Uint8Array.from(scan.data, (_, i) =>
      Array.from({ length: planes }, (_plane, above) => scan.data[i - above * slice] ?? 0).some((hu) => hu > 600)
        ? 3
        : 0,
    )
    const geometry = { niftiHeader: null, size: SIZE, affine: AFFINE }
    await writeScan(at(`${stem}_ct.nii.gz`), scan)
    await writeLabelMap(at(`${stem}_seg.nii.gz`), { ...scan, data: labels }, geometry, NAMES)
  }
  return {
    folder,
    at,
    writePair: (stem, shift) => write(stem, shift, 1),
    writeTallPair: (stem, shift) => write(stem, shift, 3),
    async setOf(file, stems) {
      let set = emptyTemplateSet('test')
      for (const stem of stems) {
        const [scan, labels] = [at(`${stem}_ct.nii.gz`), at(`${stem}_seg.nii.gz`)]
        set = addTemplate(set, await templateFromLabelMap(file, scan, labels, NAMES, { maxParts: 3 }))
      }
      return set
    },
  }
}
