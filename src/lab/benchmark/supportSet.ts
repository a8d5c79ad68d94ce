import { setNameOf } from '../../shared/node/templateSetPaths.js'
import { emptyTemplateSet } from '../../shared/templateSet.js'
import { addTemplate } from '../../shared/templateSetEdit.js'
import { templateFromLabelMap } from '../../engine/templates/fromLabelMap.js'
import { writeTemplateSet } from '../../engine/templates/templateSetFile.js'
import type { LabelledDataset, LabelledScan } from './labelledDataset.js'

/** Parts per organ for sub-patch localization, as `template create` makes them. */
const PARTS = 6

/** Makes a template set of support scans from their label maps, with only the structures that are named. */
export async function writeSupportSet(
  file: string,
  support: readonly LabelledScan[],
  { structures }: LabelledDataset,
): Promise<void> {
  let set = emptyTemplateSet(setNameOf(file))
  for (const { scan, labels } of support) {
    const made = await templateFromLabelMap(file, scan, labels, structures, { maxParts: PARTS })
    const named = made.structures.filter(({ name }) => structures.some((structure) => structure.name === name))
    const points = Object.fromEntries(
      Object.entries(made.scan.structures).filter(([name]) => named.some((structure) => structure.name === name)),
    )
    set = addTemplate(set, { structures: named, scan: { ...made.scan, structures: points } })
  }
  await writeTemplateSet(file, set)
}
