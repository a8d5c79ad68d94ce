import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { readLabelMap } from '../../src/engine/scanFiles/readLabelMap.js'
import { writeLabelMap } from '../../src/engine/scanFiles/writeLabelMap.js'
import { accessibilityProblems } from '../support/accessibility.js'
import { answer, changesPicture, openScan, pick, runCommand, scanView } from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

/** Voxels that the truth lies further along x. */
const SHIFT = 2

describe('measuring label maps', function () {
  let session: Session
  let view: FrameLocator

  before(async () => {
    session = await startSession([{ scan: syntheticScan(1), labels: true }])
    const at = (name: string): string => path.join(session.folder, name)
    const { data, size, affine } = await readLabelMap(at('synth_1_seg.nii.gz'))
    const shifted = data.slice()
    shifted.set(data.subarray(0, data.length - SHIFT), SHIFT)
    const geometry = { niftiHeader: null, size, affine }
    await writeLabelMap(at('synth_1_truth_seg.nii.gz'), { data: shifted, size, affine }, geometry, [])
    copyFileSync(at('synth_1_seg.tsv'), at('synth_1_truth_seg.tsv'))
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const cells = (structure: string): Promise<string[]> =>
    view.locator(`tr[data-compared="${structure}"] td`).allTextContents()

  it('compares with another label map, and goes to the worst slice', async () => {
    const { page } = session
    view = await openScan(page, 'synth_1_ct.nii.gz')
    await view.locator('body[data-labels="synth_1_seg.nii.gz"]').waitFor()
    await changesPicture(view.locator('.stage'), 'comparing, which colours planes by agreement', async () => {
      await view.locator('[data-key="compare"]').click()
      await pick(page, 'synth_1_truth_seg.nii.gz')
      await view.locator('.comparison[data-reference="synth_1_truth_seg.nii.gz"]').waitFor()
    })
    const [dice, hd95, volume, reference, difference] = (await cells('Mandible')).map(Number)
    assert.ok(dice > 0.3 && dice < 1, String(dice))
    assert.ok(hd95 > 0, String(hd95))
    assert.deepEqual([volume, difference], [reference, 0])
    const status = (await view.locator('.status').textContent()) ?? ''
    await view.locator('[data-key="worst-Mandible"]').click()
    await view.locator(`.status:not(:text-is("${status}"))`).waitFor()
    assert.deepEqual(await accessibilityProblems(view), [])
  })

  it('changes a structure as one edit that can be undone, and compares again', async () => {
    const { page } = session
    const before = await cells('Mandible')
    assert.equal(await view.locator('[data-key="compareAgain"]').count(), 0)
    await runCommand(page, 'MedLSAM: Grow…')
    await pick(page, 'Mandible')
    await answer(page, '0')
    await page.locator('.quick-input-widget', { hasText: 'Write a number of mm above 0' }).waitFor()
    await answer(page, '6')
    await page.locator('.tab.dirty', { hasText: 'synth_1_ct.nii.gz' }).waitFor()
    await view.locator('[data-key="compareAgain"]').click()
    const grown = view.locator('tr[data-compared="Mandible"] td:nth-of-type(3)', { hasNotText: before[2] })
    await grown.waitFor()
    assert.match((await cells('Mandible'))[4], /^\+1\d\d$/)
    await runCommand(page, 'Undo')
    await page.locator('.tab.dirty').waitFor({ state: 'detached' })
    await view.locator('.comparison.out-of-date').waitFor()
    await view.locator('[data-key="compareAgain"]').click()
    await grown.waitFor({ state: 'detached' })
    await view.locator('.comparison:not(.out-of-date)').waitFor()
    assert.deepEqual(await cells('Mandible'), before)
  })

  it('shows statistics of all structures on a page', async () => {
    const { page } = session
    await view.locator('[data-key="statistics"]').click()
    await page.locator('.tab', { hasText: 'Statistics of synth_1_seg.nii.gz' }).waitFor()
    const statistics = scanView(page)
    const row = statistics.locator('tr', { hasText: 'Mandible' })
    await row.waitFor()
    assert.match((await row.textContent()) ?? '', /^Mandible65\.\d/)
  })
})
