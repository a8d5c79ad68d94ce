import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { FrameLocator } from 'playwright-core'
import { convertLabelMap } from '../../src/engine/convert/convertLabelMap.js'
import { readLabelMap } from '../../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../../src/engine/scanFiles/readScan.js'
import { applyAffine, spacingMm } from '../../src/shared/geometry/affine.js'
import { dicomFile, PATIENT, sliceAt, writeSlices } from '../support/dicomFixture.js'
import { writeScanAsSlices } from '../support/scanSlices.js'
import { syntheticScan } from '../support/syntheticScans.js'
import {
  answer,
  answerPath,
  closeEditor,
  contextMenu,
  explorerRow,
  pick,
  pickExactly,
  runCommand,
  scanView,
  waitForScan,
} from '../support/workbench.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

describe('DICOM in the scan editor', function () {
  let session: Session
  let view: FrameLocator
  let slices: readonly string[]
  let study: string

  before(async () => {
    session = await startSession([], { 'explorer.autoReveal': false, 'medlsam.run.quality': 'draft' })
    study = path.join(session.folder, 'study')
    slices = await writeScanAsSlices(syntheticScan(2).ct, path.join(study, 'thorax'))
    writeSlices(path.join(study, 'scout'), [sliceAt(0, { seriesUid: '1.2.1', description: 'Scout' })])
    writeFileSync(path.join(session.folder, 'report.dcm'), dicomFile({ modality: 'SR', stored: null }))
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const cached = (): string[] =>
    readdirSync(path.join(session.server.root, 'ud'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{64}\.nii\.gz$/.test(name),
    )

  it('opens the only series of a folder, with the place and the HU that the engine reads', async () => {
    await contextMenu(session.page, 'study', 'Open DICOM Series')
    view = await waitForScan(session.page)
    await view.getByRole('button', { name: /^Edit labels/ }).waitFor()
    const shown = (await view.locator('.status').textContent()) ?? ''
    const said = /^([-\d., ]+) mm · voxel ([\d, ]+) · (-?\d+) HU/.exec(shown)
    assert.ok(said, shown)
    const [mm, voxel] = [said[1], said[2]].map((text) => text.split(', ').map(Number))
    const { data, size, affine } = await readScan(slices[0])
    assert.equal(Number(said[3]), data[voxel[0] + size[0] * (voxel[1] + size[1] * voxel[2])])
    // The crosshair stands within that voxel.
    applyAffine(affine, [voxel[0], voxel[1], voxel[2]]).forEach((at, axis) => {
      assert.ok(Math.abs(at - mm[axis]) <= spacingMm(affine)[axis] / 2 + 0.1, shown)
    })
    const [file] = cached()
    for (const secret of Object.values(PATIENT))
      assert.ok(!gunzipSync(readFileSync(path.join(session.server.root, 'ud', file))).includes(secret))
  })

  it('keeps a label map beside the folder, and finds it again', async () => {
    const { page } = session
    await view.getByRole('button', { name: /^Edit labels/ }).click()
    await view.getByRole('button', { name: /^New structure to draw/ }).click()
    await answer(page, 'Nodule')
    await view.locator('.structures li[data-structure="Nodule"]').waitFor()
    const box = await view.locator('.plane-frame[data-cell="axial"]').boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.4)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 5 })
    await page.mouse.up()
    await page.locator('.tab.dirty').waitFor()
    await runCommand(page, 'File: Save')
    await page.locator('.tab.dirty').waitFor({ state: 'detached' })
    const labelMap = path.join(study, 'thorax_dseg.nii.gz')
    const { data, affine } = await readLabelMap(labelMap)
    assert.ok(data.some((value) => value === 1))
    const scan = await readScan(slices[0])
    assert.deepEqual(affine.map(Math.fround), scan.affine.map(Math.fround))
    assert.ok(!readFileSync(labelMap.replace('.nii.gz', '.json'), 'utf8').includes('IM0'))
    await closeEditor(page)
    await runCommand(page, 'MedLSAM: Clear Cache')
    await page.locator('.notification-toast', { hasText: '1 volume of DICOM series deleted' }).waitFor()
    assert.deepEqual(cached(), [])
    await contextMenu(page, 'study', 'Open DICOM Series')
    view = await waitForScan(page)
    await view.locator('body[data-labels="thorax_dseg.nii.gz"]').waitFor()
  })

  it('shows the contours of an RTSTRUCT, as one more label map', async () => {
    const { page } = session
    const [drawn, contours] = [path.join(study, 'thorax_dseg.nii.gz'), path.join(session.folder, 'contours.dcm')]
    await convertLabelMap({ labelMap: drawn, to: 'rtstruct', series: slices[0], out: contours })
    await view.getByRole('button', { name: /^Show the structures of a DICOM SEG or RTSTRUCT/ }).click()
    await answerPath(page, contours)
    await view.locator('body[data-labels="thorax_2_dseg.nii.gz"]').waitFor()
    await view.locator('.structures li[data-structure="Nodule"]').waitFor()
    assert.deepEqual(
      (await readLabelMap(path.join(study, 'thorax_2_dseg.nii.gz'))).data,
      (await readLabelMap(drawn)).data,
    )
  })

  it('lets one of several series be chosen, and says why others are left out', async () => {
    const { page } = session
    await writeScanAsSlices(syntheticScan(1).ct, path.join(study, 'neck'), { seriesUid: '1.2.9', description: 'Neck' })
    await closeEditor(page)
    await contextMenu(page, 'study', 'Open DICOM Series')
    const list = page.locator('.quick-input-widget:visible')
    const leftOut = list.locator('.monaco-list-row', { hasText: 'Left out: a single slice' })
    await leftOut.waitFor()
    await leftOut.click()
    await pick(page, /Neck.*CT · \d+ images/)
    view = await waitForScan(page)
    assert.equal(existsSync(path.join(study, 'neck_dseg.nii.gz')), false)
    await view.locator('body:not([data-labels])').waitFor()
  })

  it('segments a series, and writes the result beside its folder', async () => {
    const { page } = session
    await view.getByRole('button', { name: 'Localize & Segment organs in this scan' }).click()
    await page.locator('.quick-input-title', { hasText: '1/2' }).waitFor()
    await pick(page, /^Automatic/)
    await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor({ timeout: 60_000 })
    await pickExactly(page, ['Larynx'])
    await view.locator('body[data-run="done"]').waitFor({ timeout: 120_000 })
    await view.locator('body[data-labels="neck_dseg.nii.gz"]').waitFor()
    const sidecar = readFileSync(path.join(study, 'neck_dseg.json'), 'utf8')
    assert.ok(!/IM\d/.test(sidecar), 'names of slices may be identifiers')
  })

  it('says of a file that is no CT what it is', async () => {
    const { page } = session
    await closeEditor(page)
    await explorerRow(page, 'report.dcm').dblclick()
    const problem = scanView(page).getByRole('alert')
    await problem.waitFor()
    assert.match((await problem.textContent()) ?? '', /is no slice of a CT scan \(a report, SR\)/)
  })
})
