import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ScanWorker } from '../../../../src/engine/dataset/workers/scanWorker.js'
import { reviewScan } from '../../../../src/engine/dataset/summary/reviewScan.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { sha256Of } from '../../../../src/shared/node/hash.js'
import { sidecarSchema } from '../../../../src/shared/sidecar.js'
import { writeTinyScan } from '../../../support/tinyModels.js'
import {
  at,
  done,
  engine,
  journalOf,
  models,
  other,
  plan,
  request,
  run,
  useTinyDataset,
  worker,
} from '../../../support/datasetRuns.js'

useTinyDataset()

describe('what a run of a dataset leaves alone', { timeout: 200_000 }, () => {
  it('leaves label maps alone that a person edited or another program wrote, unless it is forced', async () => {
    await run()
    const edited = at('out/a/p1_ct_dseg.nii.gz')
    writeFileSync(edited, readFileSync(at('out/a/p2_ct_dseg.nii.gz')))
    await writeTinyScan(at('data/c_ct.nii.gz'), 4)
    writeFileSync(at('out/c_ct_dseg.nii.gz'), 'somebody else wrote this')
    const { outcome, events } = await run(other())
    expect(outcome.kept).toEqual(['a/p1_ct.nii.gz', 'c_ct.nii.gz'])
    expect(done(events)).toEqual(['a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'])
    expect(readFileSync(at('out/c_ct_dseg.nii.gz'), 'utf8')).toBe('somebody else wrote this')
    expect((await run({ force: true })).outcome.totals.done).toBe(4)
    expect(readFileSync(at('out/c_ct_dseg.nii.gz'), 'latin1')).not.toContain('somebody')
  })

  it('keeps what a person corrected, and does the rest again', async () => {
    await run()
    const [labelMap, sidecarFile] = [at('out/a/p1_ct_dseg.nii.gz'), at('out/a/p1_ct_dseg.json')]
    // As our editor saves it.
    const labels = readFileSync(at('out/a/p2_ct_dseg.nii.gz'))
    const sidecar = sidecarSchema.parse(JSON.parse(readFileSync(sidecarFile, 'utf8')))
    const structures = sidecar.structures.map((structure) =>
      structure.name === 'Ball'
        ? { ...structure, origin: { kind: 'corrected', voxelsByTool: { brush: 9 } } as const }
        : structure,
    )
    const outputSha256 = { labelMap: sha256Of(labels), names: sidecar.outputSha256?.names }
    writeFileSync(labelMap, labels)
    writeFileSync(sidecarFile, JSON.stringify({ ...sidecar, structures, outputSha256 }))

    const same = await run()
    expect(same.outcome).toMatchObject({ kept: [], totals: { done: 0, already: 3 } })
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(/^a\/p1_ct\.nii\.gz,Ball,\d+,found/m)
    const changed = await plan(other())
    expect(changed.scans[0].state).toEqual({ kind: 'todo', why: 'otherOptions', keeps: ['Ball'] })
    expect((await run(other())).outcome).toMatchObject({ kept: [], totals: { done: 3 } })
    expect((await readLabelMap(labelMap)).data).toEqual((await readLabelMap(at('out/a/p2_ct_dseg.nii.gz'))).data)
    const after = sidecarSchema.parse(JSON.parse(readFileSync(sidecarFile, 'utf8')))
    expect(after.structures.find(({ name }) => name === 'Ball')?.origin?.kind).toBe('corrected')
    expect(after.options.sliceStep).toBe(2)
    expect(after.earlier?.map((made) => [made.structures, made.options.sliceStep])).toEqual([[['Ball'], 1]])
    expect((await run(other())).outcome.totals.done).toBe(0)
    await run({ ...other(), force: true })
    const forced = sidecarSchema.parse(JSON.parse(readFileSync(sidecarFile, 'utf8')))
    expect(forced.structures.map(({ origin }) => origin)).toEqual([undefined, undefined])
  })

  it('counts what a run of the scan alone made just so as done, and leaves other such results alone', async () => {
    const { settings } = request()
    const single = { ...settings, scanPath: at('data/a/p1_ct.nii.gz'), out: at('out/a/p1_ct_dseg.nii.gz') }
    await engine.segment(single)
    const before = readFileSync(single.out)
    expect((await plan()).scans.map(({ state }) => state.kind)).toEqual(['done', 'todo', 'todo'])
    expect((await run()).outcome).toMatchObject({ kept: [], totals: { done: 2, already: 1 } })
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(/^a\/p1_ct\.nii\.gz,Ball,\d+,found/m)
    expect((await run(other())).outcome.kept).toEqual(['a/p1_ct.nii.gz'])
    expect(readFileSync(single.out)).toEqual(before)
  })

  it('does only structures that the new templates or options change, where that is asked for', async () => {
    await run()
    const onlyChanged = { onlyChanged: true, settings: { ...request().settings, segmenter: models.segmenter } }
    const less = {
      ...onlyChanged.settings,
      options: { minConfidence: 0, method: 'medlam' as const, structures: ['Ball'] },
    }
    expect((await plan({ ...onlyChanged, settings: less })).scans[0].state).toEqual({
      kind: 'todo',
      why: 'otherOptions',
      keeps: ['Ball', 'Core'],
    })
    const before = readFileSync(at('out/a/p1_ct_dseg.nii.gz'))
    expect((await run({ ...onlyChanged, settings: less })).outcome.totals.done).toBe(3)
    expect(readFileSync(at('out/a/p1_ct_dseg.nii.gz'))).toEqual(before)
    expect((await plan({ ...other(), onlyChanged: true })).scans[0].state).not.toHaveProperty('keeps')
  })

  it('leaves label maps alone that a person made after a scan had failed or was begun', async () => {
    writeFileSync(at('data/a/p2_ct.nii.gz'), 'no scan')
    await run()
    await writeTinyScan(at('data/a/p2_ct.nii.gz'), 2)
    rmSync(at('out/b'), { recursive: true })
    mkdirSync(at('out/b'))
    await (
      await journalOf('out')
    ).append({
      kind: 'start',
      at: new Date().toISOString(),
      scan: 'b/p3_ct.nii.gz',
      output: 'b/p3_ct_dseg.nii.gz',
      attempt: 0,
    })
    const byHand = [at('out/a/p2_ct_dseg.nii.gz'), at('out/b/p3_ct_dseg.nii.gz')]
    for (const file of byHand) writeFileSync(file, 'by hand')
    writeFileSync(at('out/b/.p3_ct_dseg.nii.gz.0123456789ab.part'), 'half')
    const { outcome } = await run()
    expect(outcome).toMatchObject({ kept: ['a/p2_ct.nii.gz', 'b/p3_ct.nii.gz'], totals: { done: 0 } })
    for (const file of byHand) expect(readFileSync(file, 'utf8')).toBe('by hand')
    expect(readdirSync(at('out/b'))).toEqual(['p3_ct_dseg.nii.gz'])
  })

  it('leaves a label map alone that was edited after a run with other options had been stopped', async () => {
    await run()
    const abort = new AbortController()
    await run(other(), {
      signal: abort.signal,
      onEvent: (event) => {
        if (event.kind === 'scanStarted') abort.abort()
      },
    })
    expect((await journalOf('out')).last('a/p1_ct_dseg.nii.gz')?.kind).toBe('stopped')
    writeFileSync(at('out/a/p1_ct_dseg.nii.gz'), 'edited')
    expect((await run(other())).outcome.kept).toEqual(['a/p1_ct.nii.gz'])
    expect(readFileSync(at('out/a/p1_ct_dseg.nii.gz'), 'utf8')).toBe('edited')
    // Nothing is said of what the label map holds now.
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toMatch(
      /^a\/p1_ct\.nii\.gz,,,kept,,,,,,,,,,,,,,,a\/p1_ct_dseg\.nii\.gz,0,$/m,
    )
  })

  it('removes what it wrote of a result without coming to its end, and nothing else', async () => {
    const halving: ScanWorker = {
      ...worker,
      segment: async ({ request: { out = '' } }, hooks) => {
        const [labelMap, names, sidecar] = ['half', 'names', 'sidecar'].map((text, i) => ({
          text,
          path: out.replace('.nii.gz', ['.nii.gz', '.tsv', '.json'][i]),
          sha256: createHash('sha256').update(text).digest('hex'),
        }))
        await hooks?.mayWrite?.({ inputSha256: 'a'.repeat(64), outputs: [labelMap, names, sidecar] })
        mkdirSync(path.dirname(out), { recursive: true })
        writeFileSync(labelMap.path, labelMap.text)
        writeFileSync(names.path, 'a list of my own')
        return { kind: 'lost', error: { kind: 'internal', message: 'It was killed.' } }
      },
    }
    expect((await run({}, {}, halving)).outcome.totals.failed).toBe(3)
    expect(readdirSync(at('out/a'))).toEqual(['p1_ct_dseg.tsv', 'p2_ct_dseg.tsv'])
  })

  it('leaves a label map alone that was made from a scan of the same name in another folder', async () => {
    await run()
    const before = readFileSync(at('out/a/p1_ct_dseg.nii.gz'))
    await writeTinyScan(at('other/a/p1_ct.nii.gz'), 8)
    copyFileSync(at('data/a/p2_ct.nii.gz'), at('other/a/p2_ct.nii.gz'))
    for (const more of [{}, other()]) {
      const { outcome } = await run({ ...more, folder: at('other') })
      expect(outcome.kept).toEqual(['a/p1_ct.nii.gz'])
      expect(readFileSync(at('out/a/p1_ct_dseg.nii.gz'))).toEqual(before)
    }
    // The same scan along another path is no other scan.
    rmSync(at('other/a/p1_ct.nii.gz'))
    expect((await plan({ ...other(), folder: at('other') })).scans.map(({ state }) => state)).toEqual([
      { kind: 'done' },
    ])
  })

  it('keeps what a person says of a result over runs, as long as it is that result', async () => {
    const { outcome } = await run()
    const [scan, output] = ['a/p1_ct.nii.gz', 'a/p1_ct_dseg.nii.gz']
    await reviewScan({ summaryHtml: outcome.summaryHtml, scan, output, verdict: 'accepted' })
    const accepted = /^a\/p1_ct\.nii\.gz,Ball,.*,accepted$/m
    expect(readFileSync(outcome.summaryCsv, 'utf8')).toMatch(accepted)
    const again = await run()
    // The table is still ours, and says it again.
    expect(again.outcome.summaryCsv).toBe(outcome.summaryCsv)
    expect(readFileSync(outcome.summaryCsv, 'utf8')).toMatch(accepted)
    expect(readFileSync(outcome.summaryHtml, 'utf8')).toContain('data-review="accepted"')
    await run(other())
    expect(readFileSync(outcome.summaryCsv, 'utf8')).not.toContain('accepted')
    writeFileSync(at('out/.medlsam/reviews.json'), 'no JSON')
    await expect(reviewScan({ summaryHtml: outcome.summaryHtml, scan, output, verdict: null })).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('reviews.json is not JSON') as string,
    })
  })

  it('never replaces a summary that somebody else wrote or edited', async () => {
    mkdirSync(at('out'))
    writeFileSync(at('out/summary.csv'), 'patient,age')
    const first = await run()
    expect(readFileSync(at('out/summary.csv'), 'utf8')).toBe('patient,age')
    expect(first.outcome).toMatchObject({
      summaryCsv: at('out/summary_medlsam.csv'),
      summaryHtml: at('out/summary_medlsam.html'),
    })
    expect((await run()).outcome.summaryCsv).toBe(at('out/summary_medlsam.csv'))
    appendFileSync(at('out/summary_medlsam.csv'), 'my remarks')
    expect((await run()).outcome.summaryCsv).toBe(at('out/summary_medlsam_2.csv'))
    expect(readFileSync(at('out/summary_medlsam.csv'), 'utf8')).toContain('my remarks')
  })

  describe('that writes BIDS derivatives', () => {
    it('keeps what people made of their descriptions, and leaves no temporary file of them', async () => {
      await run({ bids: true })
      const [readme, description] = [at('out/README.md'), at('out/dataset_description.json')]
      writeFileSync(readme, 'mine')
      writeFileSync(description, readFileSync(description, 'utf8').replace('MedLSAM segmentations', 'Mine'))
      writeFileSync(at('out/.README.md.0123456789ab.part'), 'half')
      rmSync(at('out/.bidsignore'))
      writeFileSync(at('out/..bidsignore.0123456789ab.part'), 'half')
      await run({ bids: true })
      expect(readFileSync(readme, 'utf8')).toBe('mine')
      expect(JSON.parse(readFileSync(description, 'utf8'))).toMatchObject({ Name: 'Mine', DatasetType: 'derivative' })
      expect(existsSync(at('out/.bidsignore'))).toBe(true)
      expect(readdirSync(at('out')).filter((name) => name.endsWith('.part'))).toEqual([])
    })

    it('goes neither beside the scans nor into a dataset of its own', async () => {
      await expect(plan({ bids: true, out: at('data') })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringContaining('the scans themselves'),
      })
      mkdirSync(at('out'))
      writeFileSync(at('out/dataset_description.json'), '{"Name":"raw","BIDSVersion":"1.10.0"}')
      await expect(plan({ bids: true })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringContaining('no BIDS derivative'),
      })
    })
  })
})
