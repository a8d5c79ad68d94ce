/**
 * Segments scans that have label maps, with the built-in templates, and prints Dice and volumes per organ.
 *
 *   npx tsx bench/realScans.ts FOLDER [--limit N] [--templates SET] [--assert]
 *
 * Label maps are read to score, never to segment. With --assert it closes with "N passed, N failed": a scan passes when
 * most of its organs are found and their mean Dice is that of a segmentation rather than of a guess.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '../src/engine/engine.js'
import { scoreStructures } from '../src/lab/evaluation/scoreStructure.js'
import { mean, standardDeviation } from '../src/engine/numeric/statistics.js'
import { readLabelMap } from '../src/engine/scanFiles/readLabelMap.js'

/** Half of what the built-in models reach on such scans: a broken orientation or window falls far below. */
const LEAST_MEAN_DICE = 0.2

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      limit: { type: 'string', default: '1000' },
      templates: { type: 'string', default: 'head-neck' },
      'slice-step': { type: 'string', default: '1' },
      assert: { type: 'boolean', default: false },
    },
  })
  const [folder] = positionals
  const scans = (await readdir(folder)).filter((file) => file.endsWith('_ct.nii.gz')).slice(0, Number(values.limit))
  const out = await mkdtemp(path.join(os.tmpdir(), 'medlsam-real-'))
  const engine = openEngine()
  const all = new Map<string, number[]>()
  let passed = 0
  try {
    console.log(
      '| scan | structure | status | Dice | volume ml | truth ml | confidence |\n| --- | --- | --- | ---: | ---: | ---: | ---: |',
    )
    for (const file of scans) {
      const scanPath = path.join(folder, file)
      const { paths, sidecar } = await engine.segment({
        scanPath,
        templates: values.templates,
        out: path.join(out, file),
        options: { sliceStep: Number(values['slice-step']) },
      })
      const [made, truth] = [await readLabelMap(paths.labelMap), await readLabelMap(scanPath.replace('_ct.', '_seg.'))]
      const dices: number[] = []
      const scores = scoreStructures(
        made,
        truth,
        sidecar.structures.map(({ name, labelValue }) => ({
          name,
          labelValue,
          predictedValue: labelValue,
          toleranceMm: 2,
        })),
      )
      for (const [i, { name, status, confidence }] of sidecar.structures.entries()) {
        const { dice, volumeMl, truthMl } = scores[i]
        // An organ that the truth does not have may be there all the same.
        if (dice === null) continue
        dices.push(dice)
        all.set(name, [...(all.get(name) ?? []), dice])
        console.log(
          `| ${file} | ${name} | ${status} | ${dice.toFixed(2)} | ${volumeMl.toFixed(1)} | ${truthMl.toFixed(1)} | ${confidence.toFixed(2)} |`,
        )
      }
      const found = sidecar.structures.filter((structure) => structure.status === 'found').length
      console.log(`| ${file} | mean | ${found}/${sidecar.structures.length} found | ${mean(dices).toFixed(2)} | | | |`)
      if (mean(dices) >= LEAST_MEAN_DICE && found * 2 > sidecar.structures.length) passed++
    }
    for (const [name, dices] of all)
      console.log(
        `${name}: Dice ${mean(dices).toFixed(3)} ± ${standardDeviation(dices).toFixed(3)} (n = ${dices.length})`,
      )
  } finally {
    await rm(out, { recursive: true, force: true })
    await engine.close()
  }
  if (values.assert) {
    console.log(`${passed} passed, ${scans.length - passed} failed`)
    process.exitCode = passed === scans.length ? 0 : 1
  }
}

await main()
