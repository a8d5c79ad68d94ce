import { existsSync } from 'node:fs'
import path from 'node:path'
import type { AddTemplateRequest } from '../../protocol/rpc.js'
import type { TemplateSet, TemplateStructure } from '../../shared/templateSet.js'
import { addTemplate, describeScan, templateFromLabelMap, type NewTemplate } from '../templates/fromLabelMap.js'
import { readStructureNames } from '../templates/structureNames.js'
import { readTemplateSet, storedScanPath, writeTemplateSet } from '../templates/templateSetFile.js'
import { hashScan } from '../scanFiles/hashScan.js'
import { readHeader } from '../scanFiles/readHeader.js'

/** Slabs per long structure, as the command line cuts them. */
const MAX_PARTS = 6

/**
 * Adds a scan to a template set file, and makes the file when it is not there.
 * @throws MedlsamError `template`, `input` or `output` with the file named
 */
export async function addTemplateToFile(request: AddTemplateRequest): Promise<TemplateSet> {
  const { setPath } = request
  const template = await newTemplate(request, await readOrBegin(setPath))
  // Reading a scan takes seconds, in which somebody may have changed the set.
  const extended = addTemplate(await readOrBegin(setPath), template)
  await writeTemplateSet(setPath, extended)
  return extended
}

async function readOrBegin(setPath: string): Promise<TemplateSet> {
  if (existsSync(setPath)) return readTemplateSet(setPath)
  const name = path.basename(setPath).replace(/(\.medlsam)?\.json$/i, '')
  return { format: 'medlsam-template-set', formatVersion: 1, name, structures: [], scans: [] }
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
      const markups = source.markupsPath === null ? {} : { markups: storedScanPath(setPath, source.markupsPath) }
      return { structures, scan: { ...describeScan(setPath, scanPath, await hashScan(scanPath), points), ...markups } }
    }
  }
}

/** The table of names beside a label map, or null. */
function namesFileOf(labelMapPath: string): string | null {
  const stem = labelMapPath.replace(/\.(nii\.gz|nii|nrrd|mha)$/i, '')
  return [`${stem}.tsv`, `${stem}_dseg.tsv`].find((file) => existsSync(file)) ?? null
}
