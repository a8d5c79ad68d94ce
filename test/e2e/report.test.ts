import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { reportHtml } from '../../src/lab/benchmark/report/reportHtml.js'
import type { Cell, Table } from '../../src/shared/figureTable.js'
import { joinWorkbench, type JoinedWorkbench } from './sharedWorkbench.js'

const figure = (value: number): Cell => ({ text: value.toFixed(1), value })
const TABLE: Table = {
  title: 'Organs',
  columns: ['organ', 'DSC %'],
  // Sorted as words, 100.0 would come before 9.0.
  rows: [
    [{ text: 'Larynx' }, figure(9)],
    [{ text: 'Brainstem' }, { text: '–' }],
    [{ text: 'Mandible' }, figure(100)],
    [{ text: 'mean' }, figure(54.5)],
  ],
  footRows: 1,
}

describe("the benchmark's report", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-report-'))
  const file = path.join(folder, 'report.html')
  let workbench: JoinedWorkbench

  before(async () => {
    const benchmark = {
      dataset: 'data',
      templates: { name: 'set', ids: ['a'] },
      structures: [],
      segmenters: [],
      variants: [],
      cases: [],
      minPixels: 10,
      seed: 1,
      failures: [],
      warnings: [],
    }
    writeFileSync(
      file,
      reportHtml({
        benchmark,
        tables: [TABLE],
        charts: [],
        shown: [],
        scores: { title: 'All scores', columns: ['case'], rows: [] },
        failures: [],
      }),
    )
    workbench = await joinWorkbench()
  })

  after(async () => {
    await workbench.leave()
    rmSync(folder, { recursive: true })
  })

  it('sorts a table by the column whose title is clicked, by value, and the other way round at the second click, and keeps what has no figure below', async () => {
    const page = await workbench.browser.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(pathToFileURL(file).href)
    const table = page.locator('table', { hasText: 'Organs' })
    const organs = (): Promise<string[]> => table.locator('tbody th').allTextContents()
    const click = async (title: string): Promise<[string[], string | null]> => {
      await table.getByRole('button', { name: title }).click()
      return [await organs(), await table.locator('thead th', { hasText: title }).getAttribute('aria-sort')]
    }
    assert.deepEqual(await organs(), ['Larynx', 'Brainstem', 'Mandible'])
    assert.deepEqual(await click('DSC %'), [['Larynx', 'Mandible', 'Brainstem'], 'ascending'])
    assert.deepEqual(await click('DSC %'), [['Mandible', 'Larynx', 'Brainstem'], 'descending'])
    assert.deepEqual(await click('organ'), [['Brainstem', 'Larynx', 'Mandible'], 'ascending'])
    assert.equal(await table.locator('thead th[aria-sort]').count(), 1)
    // The mean stays below.
    assert.deepEqual(await table.locator('tfoot th').allTextContents(), ['mean'])
    assert.deepEqual(problems, [])
  })
})
