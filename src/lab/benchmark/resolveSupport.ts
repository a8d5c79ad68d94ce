import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { defined } from '../../shared/defined.js'
import type { Engine } from '../../engine/engine.js'
import { programHash } from '../../engine/programHash.js'
import { hashScan } from '../../engine/scanFiles/hashScan.js'
import type { BuiltBank } from '../../engine/templates/buildBank.js'
import { storedScanPath } from '../../shared/node/templateSetPaths.js'
import type { BenchmarkRequest } from './benchmarkTypes.js'
import { drawSupport, findDataset, namedScans, type LabelledDataset, type LabelledScan } from './labelledDataset.js'
import { keyOf, stored } from './storedCase.js'
import { writeSupportSet } from './supportSet.js'

/** Encoded templates, and the scans of the data set that they were made of. */
export interface ResolvedSupport {
  readonly built: BuiltBank
  readonly support: readonly LabelledScan[]
}

/**
 * Loads the templates that a request asks for, or makes a template set of support scans and keeps it in the
 * benchmark's folder.
 * @throws MedlsamError `usage` for scans that the data set does not have, `template` or `input` when nothing can be made
 */
export async function resolveSupport(
  engine: Engine,
  { support, out, labels, seed }: BenchmarkRequest,
  dataset: LabelledDataset,
  signal: AbortSignal | undefined,
): Promise<ResolvedSupport> {
  const hooks = defined({ signal })
  const make = async (scans: readonly LabelledScan[], from: LabelledDataset): Promise<BuiltBank> => {
    const file = path.join(out, 'templates.medlsam.json')
    // The set names its scans by their paths, so it is worth nothing once they have moved.
    const key = keyOf(
      programHash(),
      from.structures,
      scans.map(({ scan }) => storedScanPath(file, scan)),
      await Promise.all(scans.flatMap(({ scan, labels: map }) => [hashScan(scan), hashScan(map)])),
    )
    if (!existsSync(file)) await rm(path.join(out, 'templates-made.json'), { force: true })
    await stored(path.join(out, 'templates-made.json'), key, z.literal(true), async () => {
      await writeSupportSet(file, scans, from)
      return true as const
    })
    return engine.templates(file, hooks)
  }
  switch (support.kind) {
    case 'templates': {
      const { templates } = support
      if (!existsSync(templates) || !statSync(templates).isDirectory())
        return { built: await engine.templates(templates, hooks), support: [] }
      const from = await findDataset(templates, labels)
      return { built: await make(from.scans, from), support: [] }
    }
    case 'draw': {
      const chosen = drawSupport(dataset.scans, support.count, seed)
      return { built: await make(chosen, dataset), support: chosen }
    }
    case 'cases': {
      const named = namedScans(dataset.scans, support.ids)
      return { built: await make(named, dataset), support: named }
    }
  }
}
