import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { readLabelMap } from '../../src/engine/scanFiles/readLabelMap.js'
import { sidecarNameOf } from '../../src/shared/labelMapNames.js'
import { editSidecarSchema } from '../../src/shared/labelEdit/editSidecar.js'
import { accessibilityProblems } from '../support/accessibility.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { openScan, pick, runCommand, waitForScan } from '../support/workbench.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

describe('editing labels', function () {
  let session: Session
  let view: FrameLocator
  let labelMap: string
  let structure: string

  before(async () => {
    session = await startSession([
      { scan: syntheticScan(2), labels: true },
      { scan: syntheticScan(1), labels: false },
    ])
    view = await openScan(session.page, 'synth_2_ct.nii.gz')
    await view.locator('body[data-labels]').waitFor()
    labelMap = path.join(session.folder, (await view.locator('body').getAttribute('data-labels')) ?? '')
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const dirty = (): Promise<number> => session.page.locator('.tab.dirty').count()
  /** The engine, which writes the file, may have to start first. */
  const saved = (): Promise<void> =>
    session.page.locator('.tab.dirty').first().waitFor({ state: 'detached', timeout: 60_000 })
  const volume = (): Promise<string> =>
    view.locator(`.structures li[data-structure="${structure}"] > .fact`).first().innerText()
  /** Waits until the structure has another volume than this. */
  const otherVolume = (before: string): Promise<void> =>
    view.locator(`.structures li[data-structure="${structure}"] > .fact:not(:text-is("${before}"))`).first().waitFor()
  const isVolume = (text: string): Promise<void> =>
    view.locator(`.structures li[data-structure="${structure}"] > .fact:text-is("${text}")`).first().waitFor()
  /** Draws a line from left to right in the large plane. */
  const draw = async (): Promise<void> => {
    const box = await view.locator('.plane-frame[data-cell="axial"]').boundingBox()
    assert.ok(box)
    const { mouse } = session.page
    await mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.3)
    await mouse.down()
    await mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.35, { steps: 5 })
    await mouse.up()
  }
  let [found, drawn] = ['', '']

  it('draws with a brush what is counted at once, and undoes and redoes it', async () => {
    await view.getByRole('button', { name: /^Edit labels/ }).click()
    const select = view.getByRole('combobox', { name: 'Structure that is drawn' })
    structure = (await select.locator('option:checked').innerText()).trim()
    found = await volume()
    await draw()
    await otherVolume(found)
    drawn = await volume()
    await session.page.locator('.tab.dirty').first().waitFor()
    assert.equal(await dirty(), 1)
    await view.locator(`li[data-structure="${structure}"] .badge:text-is("corrected")`).waitFor()
    assert.deepEqual(await accessibilityProblems(view), [])
    await session.page.keyboard.press('Control+z')
    await isVolume(found)
    await session.page.keyboard.press('Control+Shift+z')
    await isVolume(drawn)
  })

  it('changes the size of the brush with keys, and looks around with a tool in the hand', async () => {
    const size = view.getByRole('spinbutton', { name: 'Diameter of the brush in mm' })
    const before = Number(await size.inputValue())
    await session.page.keyboard.press(']')
    const isLarger = async (): Promise<boolean> => Number(await size.inputValue()) > before
    for (const end = Date.now() + 30_000; !(await isLarger()) && Date.now() < end;)
      await session.page.waitForTimeout(100)
    assert.ok(await isLarger())
    const slice = (): Promise<string> => view.locator('.plane-frame[data-cell="axial"] .plane-title').innerText()
    const shown = await slice()
    await session.page.mouse.wheel(0, 100)
    await view.locator(`.plane-frame[data-cell="axial"] .plane-title:not(:text-is("${shown}"))`).waitFor()
    await session.page.keyboard.press('Escape')
    await draw()
    assert.equal(await volume(), drawn, 'without a tool nothing is drawn')
  })

  it('keeps edits that were not saved over a reload', async () => {
    await session.page.waitForTimeout(3000)
    await session.page.reload()
    view = await waitForScan(session.page)
    await isVolume(drawn)
    assert.equal(existsSync(sidecarNameOf(labelMap)), false)
    await session.page.locator('.tab.dirty').first().waitFor()
    assert.equal(await dirty(), 1)
  })

  it('saves labels, and where each structure comes from', async () => {
    const before = (await readLabelMap(labelMap)).data
    await runCommand(session.page, 'File: Save')
    await saved()
    const after = (await readLabelMap(labelMap)).data
    const changed = after.filter((value, at) => value !== before[at]).length
    assert.ok(changed > 0)
    const { structures } = editSidecarSchema.parse(JSON.parse(readFileSync(sidecarNameOf(labelMap), 'utf8')))
    const origin = structures.find(({ name }) => name === structure)?.origin
    assert.equal(origin?.kind, 'corrected')
    assert.equal(origin.voxelsByTool.brush, changed)
    await isVolume(drawn)
    // VS Code drops its backup a moment after the save.
    await session.page.waitForTimeout(5000)
    await session.page.reload()
    view = await waitForScan(session.page)
    await isVolume(drawn)
    assert.equal(await dirty(), 0)
  })

  it('draws a structure of its own where there is no label map yet', async () => {
    view = await openScan(session.page, 'synth_1_ct.nii.gz')
    await view.getByRole('button', { name: /^Edit labels/ }).click()
    await view.getByRole('button', { name: /^New structure to draw/ }).click()
    await session.page.locator('.quick-input-widget:visible input.input').fill('Larynx')
    await pick(session.page, 'Larynx')
    structure = 'Larynx'
    await isVolume('0.0 ml')
    await draw()
    await otherVolume('0.0 ml')
    await runCommand(session.page, 'File: Save')
    await saved()
    const file = path.join(session.folder, 'synth_1_ct_dseg.nii.gz')
    assert.deepEqual([...new Set((await readLabelMap(file)).data)].sort(), [0, 1])
    assert.match(readFileSync(path.join(session.folder, 'synth_1_ct_dseg.tsv'), 'utf8'), /1\tLarynx\t/)
  })
})
