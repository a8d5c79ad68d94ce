import assert from 'node:assert/strict'
import type { FrameLocator, Locator } from 'playwright-core'
import { openScan, pick, runCommand } from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

const STRUCTURE = 'RightParotid'
const OUTLINE = `path.outline[data-structure="${STRUCTURE}"]`

describe('correcting with the segmenter', function () {
  let session: Session
  let view: FrameLocator

  before(async () => {
    session = await startSession([{ scan: syntheticScan(2), labels: true }])
    view = await openScan(session.page, 'synth_2_ct.nii.gz')
    await view.locator('body[data-labels]').waitFor()
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const dirty = (): Promise<number> => session.page.locator('.tab.dirty').count()
  /** The outline of the structure in the plane that is shown. */
  const outline = async (): Promise<string> => (await view.locator(OUTLINE).getAttribute('d')) ?? ''
  const isOutline = (path: string): Promise<void> =>
    view.locator(`${OUTLINE}[d="${path}"]`).waitFor({ state: 'attached' })
  const otherOutline = (path: string): Promise<void> =>
    view.locator(`${OUTLINE}:not([d="${path}"])`).waitFor({ state: 'attached' })
  const volumeOf = (structure: string): Locator =>
    view.locator(`.structures li[data-structure="${structure}"] > .fact`).first()
  const volume = (structure = STRUCTURE): Promise<string> => volumeOf(structure).innerText()
  const isVolume = (text: string, structure = STRUCTURE): Promise<void> =>
    view.locator(`.structures li[data-structure="${structure}"] > .fact:text-is("${text}")`).first().waitFor()
  const otherVolume = (text: string, structure = STRUCTURE): Promise<void> =>
    view
      .locator(`.structures li[data-structure="${structure}"] > .fact:not(:text-is("${text}"))`)
      .first()
      .waitFor({ timeout: 120_000 })
  /** Draws a line around a part of the plane that begins at this share of its width. */
  const lasso = async (from: number): Promise<void> => {
    const box = await view.locator('.plane-frame[data-cell="axial"]').boundingBox()
    assert.ok(box)
    const { mouse } = session.page
    const corners = [[0, 0.4] as const, [0.2, 0.4] as const, [0.2, 0.6] as const, [0, 0.6] as const]
    for (const [index, [x, y]] of corners.entries()) {
      await mouse.move(box.x + box.width * (from + x), box.y + box.height * y, { steps: 3 })
      if (index === 0) await mouse.down()
    }
    await mouse.up()
  }
  const idle = (): Promise<void> =>
    view.locator('.edit-bar :text-is("The segmenter is at work…")').waitFor({ state: 'hidden', timeout: 90_000 })

  it('cuts off what a point with Shift lies on, and gives it back when the point is taken away', async () => {
    await view.getByRole('button', { name: /^Edit labels/ }).click()
    await view.locator('select[data-key="activeLabel"]').selectOption({ label: STRUCTURE })
    await view.getByRole('button', { name: `Draw ${STRUCTURE}, and jump to it` }).click()
    await view.getByRole('button', { name: /^Points on axial slices/ }).click()
    await view.getByRole('button', { name: 'Layout: Axial' }).click()
    await view.locator('.plane-frame').nth(1).waitFor({ state: 'detached' })
    const before = await outline()
    const box = await view.locator(OUTLINE).boundingBox()
    assert.ok(box)
    await session.page.keyboard.down('Shift')
    await session.page.mouse.click(box.x + box.width / 2, box.y + box.height / 3)
    await session.page.keyboard.up('Shift')
    await view.locator('.correction.outside').waitFor()
    await idle()
    await otherOutline(before)
    await session.page.locator('.tab.dirty').first().waitFor()
    assert.equal(await dirty(), 1)
    // Nothing is carried here from other slices.
    assert.equal(await view.locator('.slice-marks [data-slice]').count(), 1)
    assert.match(await view.locator('.fixed-slices').innerText(), /^Fixed slice: \d+$/)
    await view.locator('.correction.outside circle').click({ button: 'right' })
    await view.locator('.correction').waitFor({ state: 'detached' })
    await idle()
    await isOutline(before)
    await view.locator('.slice-marks').waitFor({ state: 'detached' })
  })

  it('segments a structure again when a face of its box is dragged, as one step of undo', async () => {
    await view.getByRole('button', { name: /^Box: drag its faces/ }).click()
    const before = await outline()
    const organ = await view.locator(OUTLINE).boundingBox()
    assert.ok(organ)
    // The box of the mask is there; another one is drawn.
    await view.locator('.box-handle').first().waitFor()
    await session.page.mouse.move(organ.x - 6, organ.y - 6)
    await session.page.mouse.down()
    await session.page.mouse.move(organ.x + organ.width + 6, organ.y + organ.height + 6, { steps: 5 })
    await session.page.mouse.up()
    await idle()
    await otherOutline(before)
    const handle = await view.locator('.box-handle.across').last().boundingBox()
    assert.ok(handle)
    const drawn = await outline()
    await session.page.mouse.move(handle.x + 5, handle.y + 5)
    await session.page.mouse.down()
    await session.page.mouse.move(handle.x - organ.width / 3, handle.y + 5, { steps: 5 })
    await session.page.mouse.up()
    await idle()
    await otherOutline(drawn)
    await session.page.keyboard.press('Control+z')
    await isOutline(drawn)
  })

  it('segments a structure again with another window, and where other templates find it', async () => {
    const { page } = session
    const again = view.getByRole('button', { name: /^Segment the structure again with another window/ })
    const dragged = await volume()
    await again.click()
    await pick(page, /^Lung/)
    await otherVolume(dragged)
    await idle()
    const windowed = await volume()
    await again.click()
    await pick(page, 'The built-in bank that fits')
    await otherVolume(windowed)
    await idle()
    await runCommand(page, 'Undo')
    await isVolume(windowed)
    await runCommand(page, 'Undo')
    await isVolume(dragged)
  })

  it('fills what a lasso goes around, leaves a locked structure alone, and merges one into another', async () => {
    const { page } = session
    const before = await volume()
    await view.getByRole('button', { name: /^Lasso/ }).click()
    await lasso(0.1)
    await otherVolume(before)
    const drawn = await volume()
    await view.getByRole('button', { name: `Lock ${STRUCTURE}: no tool changes it` }).click()
    await view.getByRole('button', { name: `Unlock ${STRUCTURE}` }).waitFor()
    await lasso(0.7)
    await page.locator('.notification-toast', { hasText: `${STRUCTURE} is locked. Unlock it` }).waitFor()
    await isVolume(drawn)
    const other = await volume('Mandible')
    await view.getByRole('button', { name: `Merge ${STRUCTURE} into another structure…` }).click()
    await pick(page, 'Mandible')
    await view.locator(`.structures li[data-structure="${STRUCTURE}"]`).waitFor({ state: 'detached' })
    await otherVolume(other, 'Mandible')
    await runCommand(page, 'Undo')
    await isVolume(drawn)
    await isVolume(other, 'Mandible')
  })
})
