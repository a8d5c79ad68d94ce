import { existsSync } from 'node:fs'
import type { AddTemplateRequest } from '../../protocol/rpc.js'
import { defined } from '../../shared/defined.js'
import { labelTableNamesOf } from '../../shared/labelMapNames.js'
import { setNameOf, storedScanPath } from '../../shared/node/templateSetPaths.js'
import { emptyTemplateSet, type TemplateSet, type TemplateStructure } from '../../shared/templateSet.js'
import { addTemplate, type NewTemplate } from '../../shared/templateSetEdit.js'
import { describeScan } from '../templates/describeScan.js'
import { templateFromLabelMap } from '../templates/fromLabelMap.js'
import { readStructureNames } from '../templates/structureNames.js'
import { readTemplateSet, writeTemplateSet } from '../templates/templateSetFile.js'
import { hashScan } from '../scanFiles/hashScan.js'
import { readHeader } from '../scanFiles/readHeader.js'

/** Parts per long structure, as the command line cuts them. */
const MAX_PARTS = 6

/**
 * Adds a scan to a template set file, and makes the file when it is not there.
 * @throws MedlsamError `template`, `input` or `output` with the file named
 */
export async function addTemplateToFile(request: AddTemplateRequest): Promise<TemplateSet> {
  const { setPath } = request
  const template = await newTemplate(request, await readOrBegin(setPath))
  // Reading a scan takes seconds, in which the user may have changed the set.
  const extended = addTemplate(await readOrBegin(setPath), template)
  await writeTemplateSet(setPath, extended)
  return extended
}

async function readOrBegin(setPath: string): Promise<TemplateSet> {
  return existsSync(setPath) ? readTemplateSet(setPath) : emptyTemplateSet(setNameOf(setPath))
}

async function newTemplate({ setPath, scanPath, source }: AddTemplateRequest, set: TemplateSet): Promise<NewTemplate> {
  switch (source.kind) {
    case 'labelMap': {
      const names = namesFileOf(source.path)
      return templateFromLabelMap(
        setPath,
        scanPath,
        source.path,
        names === null ? set.structures : await readStructureNames(names),
        MAX_PARTS,
      )
    }
    case 'points': {
      await readHeader(scanPath)
      const structures = source.structures.map(({ name, color }, index) => ({ name, color, labelValue: index + 1 }))
      const points = Object.fromEntries(
        source.structures.map(({ name, points: six }): [string, TemplateStructure] => [name, { points: six }]),
      )
      const { markupsPath } = source
      const markups = markupsPath === null ? undefined : storedScanPath(setPath, markupsPath)
      const scan = describeScan(setPath, scanPath, await hashScan(scanPath), points)
      return { structures, scan: { ...scan, ...defined({ markups }) } }
    }
  }
}

/** The table of names beside a label map, or null. */
function namesFileOf(labelMapPath: string): string | null {
  return labelTableNamesOf(labelMapPath).find((file) => existsSync(file)) ?? null
}
