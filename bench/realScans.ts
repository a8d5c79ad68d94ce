/**
 * Segments scans that have label maps, with the built-in templates, and prints Dice and volumes per organ.
 *
 *   npx tsx bench/realScans.ts FOLDER [--limit N] [--templates SET] [--cache DIR] [--assert]
 *
 * Label maps are read to score, never to segment. With --assert it closes with "N passed, N failed": a scan passes when
 * most of its organs are found and their mean Dice is that of a segmentation rather than of a guess. With --cache the
 * embeddings of slices are kept in DIR, so that a second run on the same scans takes a tenth of the time.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '../src/engine/engine.js'
import { readLabelMap } from '../src/engine/volume/readLabelMap.js'

/** Half of what the built-in models reach on such scans: a broken orientation or window falls far below. */
const LEAST_MEAN_DICE = 0.2

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { limit: { type: 'string', default: '1000' }, templates: { type: 'string', default: 'head-neck' }, cache: { type: 'string' }, assert: { type: 'boolean', default: false } },
  })
  const [folder] = positionals
  const scans = (await readdir(folder)).filter((file) => file.endsWith('_ct.nii.gz')).slice(0, Number(values.limit))
  const out = await mkdtemp(path.join(os.tmpdir(), 'medlsam-real-'))
  const engine = openEngine(values.cache === undefined ? {} : { embeddingCache: { folder: values.cache, maxBytes: 12 * 2 ** 30 } })
  const all = new Map<string, number[]>()
  let passed = 0
  try {
    console.log('| scan | structure | status | Dice | volume ml | drawn ml | confidence |\n| --- | --- | --- | ---: | ---: | ---: | ---: |')
    for (const file of scans) {
      const scanPath = path.join(folder, file)
      const { paths, sidecar } = await engine.segment({ scanPath, templates: values.templates, out: path.join(out, file) })
      const [made, drawn] = [await readLabelMap(paths.labelMap), await readLabelMap(scanPath.replace('_ct.', '_seg.'))]
      const dices: number[] = []
      for (const { name, labelValue, status, volumeMl, confidence } of sidecar.structures) {
        let [both, ours, theirs] = [0, 0, 0]
        drawn.data.forEach((value, i) => {
          const [a, b] = [made.data[i] === labelValue, value === labelValue]
          if (a) ours++
          if (b) theirs++
          if (a && b) both++
        })
        // An organ that nobody drew is not known to be absent.
        if (theirs === 0) continue
        const dice = (2 * both) / (ours + theirs)
        dices.push(dice)
        all.set(name, [...(all.get(name) ?? []), dice])
        const drawnMl = volumeMl === null || ours === 0 ? NaN : (volumeMl * theirs) / ours
        console.log(`| ${file} | ${name} | ${status} | ${dice.toFixed(2)} | ${volumeMl?.toFixed(1) ?? ''} | ${drawnMl.toFixed(1)} | ${confidence.toFixed(2)} |`)
      }
      const mean = dices.reduce((a, b) => a + b, 0) / dices.length
      const found = sidecar.structures.filter((structure) => structure.status === 'found').length
      console.log(`| ${file} | mean | ${found}/${sidecar.structures.length} found | ${mean.toFixed(2)} | | | |`)
      if (mean >= LEAST_MEAN_DICE && found * 2 > sidecar.structures.length) passed++
    }
    for (const [name, dices] of all) {
      const mean = dices.reduce((a, b) => a + b, 0) / dices.length
      const std = Math.sqrt(dices.reduce((sum, dice) => sum + (dice - mean) ** 2, 0) / dices.length)
      console.log(`${name}: Dice ${mean.toFixed(3)} ± ${std.toFixed(3)} (n = ${dices.length})`)
    }
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
