import assert from 'node:assert/strict'
import { hasRealScans, realScan } from '../support/realScans.js'
import { openScan } from '../support/workbench.js'
import { startSession } from './session.js'

// One case more where real CT lies beside the checkout; the other suites stand on synthetic scans.
if (hasRealScans)
  describe('a real CT', () => {
    it('is drawn with its label map, names and volumes', async () => {
      const session = await startSession([{ scan: realScan('okbp_004', 'templates'), labels: true }])
      try {
        const view = await openScan(session.page, 'okbp_004_ct.nii.gz')
        await view.locator('body[data-labels="okbp_004_seg.nii.gz"]').waitFor()
        assert.match((await view.locator('li[data-structure="Mandible"]').textContent()) ?? '', /Mandible63\.\d ml/)
      } finally {
        await session.stop()
      }
    })
  })
