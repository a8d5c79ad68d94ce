import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { Locator } from 'playwright-core'
import {
  answer,
  answerPath,
  clickActionOf,
  clickInToast,
  explorerRow,
  hoverFor,
  pick,
  pickExactly,
  runCommand,
  unfold,
  waitForScan,
} from '../support/workbench.js'
import { startProxy, type Proxy } from '../support/proxy.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { buildBank, pictureOfFailure, startSession, type Session } from './session.js'

const SCANS = ([1, 2, 3] as const).map(syntheticScan)

interface TemplateSetFile {
  readonly name: string
  readonly structures: readonly { readonly name: string }[]
  readonly scans: readonly { readonly id: string; readonly enabled: boolean; readonly structures: object }[]
}

describe('the sidebar', function () {
  let session: Session
  let proxy: Proxy

  before(async () => {
    proxy = await startProxy('keep waiting')
    session = await startSession(
      SCANS.map((scan) => ({ scan, labels: true })),
      { 'http.proxy': proxy.url },
    )
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
    await proxy.stop()
  })

  const setFile = (): string => path.join(session.folder, 'my-set.medlsam.json')
  const set = (): TemplateSetFile => JSON.parse(readFileSync(setFile(), 'utf8')) as TemplateSetFile
  const row = (text: string | RegExp): Locator =>
    session.page.locator('.pane-body .monaco-list-row', { hasText: text }).first()
  const toast = (text: string | RegExp): Locator => session.page.locator('.notification-toast', { hasText: text })

  async function until(what: string, holds: () => boolean): Promise<void> {
    for (const end = Date.now() + 60_000; !holds();) {
      assert.ok(Date.now() < end, `still not so: ${what}`)
      await session.page.waitForTimeout(200)
    }
  }

  it('lists the built-in bank like any set, with its structures', async () => {
    await session.page.locator('.activitybar .action-item a[aria-label^="MedLSAM"]').click()
    await session.page.locator('.pane-body', { hasText: 'No template set of your own yet' }).waitFor()
    await unfold(row('head-neck'), row(/Mandible\s*8 scans/))
    await row('head-neck').click()
    await row(/Mandible\s*8 scans/).waitFor({ state: 'detached' })
  })

  it('makes a set, and takes scans that are dragged from the Explorer onto it', async () => {
    const { page } = session
    await clickActionOf(page, page.locator('.pane-header', { hasText: 'Templates' }), 'New Template Set')
    await answer(page, 'my set')
    await row('my set').waitFor()
    // Both views in one container, as people arrange them who drag a lot.
    await runCommand(page, 'View: Move View')
    await pick(page, 'Templates')
    await pick(page, 'Explorer')
    await explorerRow(page, 'synth_1_ct.nii.gz').waitFor()
    for (const [index, { id }] of SCANS.entries()) {
      await explorerRow(page, `${id}_ct.nii.gz`).dragTo(row('my set'))
      await row(new RegExp(`my set\\s*7 structures, ${index + 1} scans?`)).waitFor()
    }
    assert.deepEqual(
      set()
        .scans.map(({ id }) => id)
        .sort(),
      SCANS.map(({ id }) => `${id}_ct`),
    )
    await runCommand(page, 'View: Reset View Locations')
    await page.locator('.activitybar .action-item a[aria-label^="MedLSAM"]').click()
  })

  it('leaves a scan out whose box is not ticked', async () => {
    const scan = row('synth_2_ct')
    await unfold(row('my set'), row('Larynx'))
    await unfold(row('Larynx'), scan)
    await scan.locator('.monaco-custom-toggle').click()
    await until('the scan is off', () => set().scans.some(({ id, enabled }) => id === 'synth_2_ct' && !enabled))
    // A list that is being drawn anew takes no clicks.
    await session.page.waitForTimeout(1000)
    await scan.locator('.monaco-custom-toggle').click()
    await until('the scan is on', () => set().scans.every(({ enabled }) => enabled))
  })

  it('renames with F2 and deletes with the Delete key, which can be undone', async () => {
    const { page } = session
    await runCommand(page, 'MedLSAM: Focus on Templates View')
    await row('Larynx').click()
    await page.keyboard.press('F2')
    await answer(page, 'Voice box')
    await row('Voice box').waitFor()
    assert.ok(set().structures.some(({ name }) => name === 'Voice box'))
    await row('Voice box').click()
    // The selection travels to the extension host; people are slower than that.
    await page.waitForTimeout(1000)
    await page.keyboard.press('Delete')
    await until('the structure is gone', () => !set().structures.some(({ name }) => name === 'Voice box'))
    assert.ok(set().scans.every(({ structures }) => !('Voice box' in structures)))
    await clickInToast(page, toast('Voice box of my set was deleted'), 'Undo')
    await until('the structure is back', () => set().structures.some(({ name }) => name === 'Voice box'))
    await row('Voice box').waitFor()
  })

  it('deletes the row that the arrow keys went to, and nothing from the find box of the view', async () => {
    const { page } = session
    await runCommand(page, 'MedLSAM: Focus on Templates View')
    const [{ name }] = set().structures
    // A click on a set folds it too.
    await row('my set').click()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Delete')
    await until('the structure is gone', () => !set().structures.some((structure) => structure.name === name))
    await clickInToast(page, toast(`${name} of my set was deleted`), 'Undo')
    await until('the structure is back', () => set().structures.some((structure) => structure.name === name))
    await row(name).waitFor()
    const before = readFileSync(setFile(), 'utf8')
    await runCommand(page, 'MedLSAM: Focus on Templates View')
    await page.keyboard.press('F3')
    const find = page.locator('.monaco-tree-type-filter input')
    await find.fill('xy')
    await find.press('Home')
    await find.press('Delete')
    assert.equal(await find.inputValue(), 'y')
    await page.waitForTimeout(1500)
    assert.equal(readFileSync(setFile(), 'utf8'), before)
    await find.fill('')
    await page.keyboard.press('Escape')
  })

  it('takes a scan out of a set, which can be undone', async () => {
    const { page } = session
    const ids = (): string[] => set().scans.map(({ id }) => id)
    const before = set()
    await unfold(row('my set'), row('Mandible'))
    await unfold(row('Mandible'), row('synth_3_ct'))
    await row('synth_3_ct').click({ button: 'right' })
    const entry = page.locator('.monaco-menu .action-item', { hasText: 'Remove Scan from Set' })
    await entry.waitFor()
    // A menu that has just opened takes no clicks.
    await page.waitForTimeout(500)
    await entry.click()
    await until('the scan is out', () => !ids().includes('synth_3_ct'))
    await clickInToast(page, toast('synth_3_ct is no template of my set any more'), 'Undo')
    await until('the scan is back', () => ids().length === before.scans.length)
    assert.deepEqual(set(), before)
    await row('Mandible').click()
  })

  it('adds scans by command, also one that is there, goes on after a bad one, and says so once', async () => {
    const { page, folder } = session
    const before = set()
    for (const kind of ['ct', 'seg']) {
      const bytes = readFileSync(path.join(folder, `synth_1_${kind}.nii.gz`))
      writeFileSync(path.join(folder, `broken_${kind}.nii.gz`), bytes.subarray(0, bytes.length >> 1))
    }
    await runCommand(page, 'Notifications: Clear All Notifications')
    await runCommand(page, 'MedLSAM: Add Scans to Set')
    await pick(page, 'my set')
    await pickExactly(page, ['broken_ct.nii.gz', 'synth_1_ct.nii.gz'])
    await toast(/1 of 2 scans are templates of my set now.*\. broken_ct\.nii\.gz: .*broken_/).waitFor({
      timeout: 60_000,
    })
    // The renamed structure comes again under the name that the label map gives it.
    assert.deepEqual(
      set().scans.map(({ id, enabled }) => [id, enabled]),
      before.scans.map(({ id, enabled }) => [id, enabled]),
    )
    assert.ok(before.structures.every(({ name }) => set().structures.some((structure) => structure.name === name)))
    writeFileSync(setFile(), JSON.stringify(before))
    for (const kind of ['ct', 'seg']) rmSync(path.join(folder, `broken_${kind}.nii.gz`))
    await row(/my set\s*7 structures, 3 scans/).waitFor()
  })

  it('measures each scan with the others', async () => {
    await clickActionOf(session.page, row('my set'), 'Check Templates')
    await toast(/templates of my set agree|Check the points of/).waitFor({ timeout: 240_000 })
    await session.page.locator('.tab', { hasText: 'Check of my set' }).waitFor()
    const mandible = row(/Mandible.*error \d+\.\d mm/)
    await unfold(row('my set'), mandible)
    await unfold(mandible, row(/synth_\d_ct.*error \d+\.\d mm/))
  })

  it('lists bank files with what they hold, and says when one cannot be used', async () => {
    const bank = path.join(session.folder, 'shared.medlsam.msgpack')
    buildBank(setFile(), bank)
    const shared = row(/shared\s*bank file/)
    await shared.click()
    await row(/shared\s*bank file · 7 structures, 3 scans/).waitFor()
    await row(/Brainstem\s*3 scans$/).waitFor()
    writeFileSync(bank, readFileSync(bank).subarray(0, 1000))
    await row(/shared\s*cannot be used/).waitFor()
    rmSync(bank)
    await row('shared').waitFor({ state: 'detached' })
  })

  it('warns of a scan that changed and of one that is gone, and says what to do', async () => {
    const { page, folder } = session
    appendFileSync(path.join(folder, 'synth_2_ct.nii.gz'), Buffer.from([0]))
    renameSync(path.join(folder, 'synth_3_ct.nii.gz'), path.join(folder, 'elsewhere_ct.nii.gz'))
    await runCommand(page, 'MedLSAM: Refresh Templates')
    await row(/my set.*2 warnings/).waitFor()
    await unfold(row('my set'), row('Mandible'))
    await unfold(row('Mandible'), row(/synth_2_ct.*moved or changed/))
    await hoverFor(page, row(/synth_2_ct.*moved or changed/), /synth_2_ct\.nii\.gz has changed since.*/)
    await row(/synth_3_ct.*moved or changed/).waitFor()
  })

  it('shows models and the provider before any run', async () => {
    await row(/MedLAM small.*localizes · built in · in use/).waitFor()
    await row(/MobileSAM.*segments · built in · in use/).waitFor()
    await row(/Runs on\s*cpu/).waitFor()
    await session.page.locator('.statusbar-item', { hasText: 'MedLSAM: cpu' }).waitFor()
  })

  it('imports a model from files, uses it, checks it and removes it', async () => {
    const { page, folder } = session
    const models = path.join(folder, 'my-models')
    mkdirSync(models, { recursive: true })
    for (const part of ['encoder', 'decoder'])
      copyFileSync(
        path.resolve(import.meta.dirname, `../../dist/models/mobilesam-${part}.onnx`),
        path.join(models, `own-${part}.onnx`),
      )
    await runCommand(page, 'MedLSAM: Import Model')
    await answerPath(page, path.join(models, 'own-encoder.onnx'))
    await page.locator('.quick-input-title', { hasText: 'all files of it' }).waitFor()
    await pickExactly(page, ['own-encoder.onnx', 'own-decoder.onnx'])
    await pick(page, 'Another model')
    await answer(page, 'own-sam')
    await pick(page, 'SAM (mean and std)')
    await clickInToast(page, toast('is installed'), 'Use It')
    const own = row(/own.*segments · installed \(fp32\) · in use/)
    await own.waitFor()
    await runCommand(page, 'MedLSAM: Verify Models')
    await toast(/2 files are as installed/).waitFor()

    const [exact, small] = ['fp32', 'int8'].map((precision) =>
      path.join(session.server.root, 'xdg/data/medlsam/models/own-sam', precision),
    )
    cpSync(exact, small, { recursive: true })
    const record = path.join(small, 'model.json')
    writeFileSync(record, readFileSync(record, 'utf8').replace('"fp32"', '"int8"'))
    await runCommand(page, 'MedLSAM: Refresh Models')
    await row(/own.*segments · installed \(fp32, int8\) · in use: fp32/).waitFor()
    await runCommand(page, 'MedLSAM: Choose Segmenter')
    await pick(page, 'own-sam')
    await pick(page, 'int8')
    await row(/own.*in use: int8/).waitFor()
    writeFileSync(record, '{}')
    await runCommand(page, 'MedLSAM: Refresh Models')
    await row(/Cannot be used.*own-sam.*model\.json is not valid/).waitFor()

    await runCommand(page, 'MedLSAM: Choose Segmenter')
    await pick(page, 'mobilesam')
    await row(/MobileSAM.*in use/).waitFor()
    await runCommand(page, 'MedLSAM: Remove Model')
    await pick(page, 'own-sam')
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Remove', exact: true }).click()
    await row(/own.*segments/).waitFor({ state: 'detached' })
  })

  it('downloads by the proxy of VS Code, asks before it takes files that nobody vouches for, can be stopped, and says what failed', async () => {
    const { page } = session
    const dialog = page.locator('.monaco-dialog-box')
    await runCommand(page, 'MedLSAM: Download Model')
    await pick(page, 'SlimSAM-77')
    await dialog
      .filter({ hasText: 'Nobody has published a SHA-256 of SlimSAM' })
      .getByRole('button', { name: 'Cancel' })
      .click()
    await dialog.waitFor({ state: 'detached' })
    assert.deepEqual(proxy.hosts, [], 'nothing is asked for before people agree')

    await runCommand(page, 'MedLSAM: Download Model')
    await pick(page, 'SlimSAM-77')
    await dialog.getByRole('button', { name: 'Download Anyway' }).click()
    await until('the proxy is asked', () => proxy.hosts.length > 0)
    await clickInToast(page, toast('Downloading SlimSAM'), 'Cancel')
    await toast('The download was stopped').waitFor()
    assert.deepEqual([...new Set(proxy.hosts)], ['huggingface.co:443'])

    proxy.behave('refuse')
    await runCommand(page, 'MedLSAM: Download Model')
    await pick(page, 'EfficientSAM')
    await toast(
      /efficient_sam_vitt_encoder\.onnx cannot be downloaded .*check the connection and the proxy settings/,
    ).waitFor()
    await row(/EfficientSAM.*to download/).waitFor()
  })

  it('opens a scan of a set in the scan editor', async () => {
    await unfold(row('my set'), row('Mandible'))
    await unfold(row('Mandible'), row(/synth_1_ct/))
    await row(/synth_1_ct/).click()
    await session.page.locator('.tab.active', { hasText: 'synth_1_ct.nii.gz' }).waitFor()
    await waitForScan(session.page)
  })
})
