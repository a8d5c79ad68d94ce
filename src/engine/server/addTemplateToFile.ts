import { existsSync } from 'node:fs'
import path from 'node:path'
import type { AddTemplateRequest } from '../../protocol/rpc.js'
import { defined } from '../../shared/defined.js'
import { findLabelNames } from '../../shared/labelNames/labelNames.js'
import { namesFilesIn } from '../../shared/node/namesFiles.js'
import { scanOfFile, setNameOf, storedScanPath } from '../../shared/node/templateSetPaths.js'
import { colored } from '../../shared/palette.js'
import { emptyTemplateSet, type TemplateSet, type TemplateStructure } from '../../shared/templateSet.js'
import { addTemplate, onlyStructures, type NewTemplate } from '../../shared/templateSetEdit.js'
import { describeScan } from '../templates/describeScan.js'
import { templateFromLabelMap } from '../templates/fromLabelMap.js'
import { withoutNamesakes } from '../templates/structureNames.js'
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
  const before = await readOrBegin(setPath)
  if (await isUpToDate(request, before)) return before
  const template = await newTemplate(request, before)
  // Reading a scan takes seconds, in which the user may have changed the set.
  const extended = addTemplate(await readOrBegin(setPath), template)
  await writeTemplateSet(setPath, extended)
  return extended
}

/** Whether the structures that are to be taken from a label map were taken from it as it is. */
async function isUpToDate({ setPath, scanPath, source }: AddTemplateRequest, set: TemplateSet): Promise<boolean> {
  if (source.kind !== 'labelMap' || source.only === undefined) return false
  const known = scanOfFile(setPath, set, scanPath)
  if (known === undefined) return false
  const sha256 = await hashScan(source.path)
  return source.only.every(
    (name) => Object.hasOwn(known.structures, name) && known.structures[name].drawnIn?.sha256 === sha256,
  )
}

async function readOrBegin(setPath: string): Promise<TemplateSet> {
  return existsSync(setPath) ? readTemplateSet(setPath) : emptyTemplateSet(setNameOf(setPath))
}

async function newTemplate({ setPath, scanPath, source }: AddTemplateRequest, set: TemplateSet): Promise<NewTemplate> {
  switch (source.kind) {
    case 'labelMap': {
      const given = colored((source.names ?? []).map((named) => ({ ...named, color: undefined })))
      const known = await findLabelNames(path.basename(source.path), namesFilesIn(path.dirname(source.path)))
      const names = [...given, ...withoutNamesakes(known?.structures ?? set.structures, known?.from ?? setPath)]
      const unnamed = source.takeUnnamed === true ? 'take' : 'refuse'
      const template = await templateFromLabelMap(setPath, scanPath, source.path, names, {
        maxParts: MAX_PARTS,
        unnamed,
      })
      return source.only === undefined ? template : onlyStructures(template, source.only)
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
