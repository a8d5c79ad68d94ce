import assert from 'node:assert/strict'
import path from 'node:path'
import * as vscode from 'vscode'
import { labelMapForTemplate } from '../../src/host/editor/labelMaps.js'
import type { Sidecar } from '../../src/shared/sidecar.js'
import { workspaceFile } from './workspace.js'

const HASH = '0'.repeat(64)

export function defineLabelMapsSuite(): void {
  describe('label maps beside a scan', () => {
    const write = (name: string, text = ''): Thenable<void> =>
      vscode.workspace.fs.writeFile(workspaceFile(path.join('beside', name)), new TextEncoder().encode(text))
    const forTemplate = async (): Promise<string | undefined> =>
      (await labelMapForTemplate(workspaceFile('beside/p1_ct.nii.gz')))?.path.split('/').at(-1)

    after(() => vscode.workspace.fs.delete(workspaceFile('beside'), { recursive: true }))

    it('make templates of what people drew before what we made', async () => {
      const sidecar: Sidecar = {
        format: 'medlsam-result',
        formatVersion: 1,
        tool: { name: 'medlsam', version: '0' },
        task: 'segment',
        output: 'p1_ct_dseg.nii.gz',
        input: { path: 'p1_ct.nii.gz', sha256: HASH, timePoint: null },
        templates: { name: 't', modelHash: HASH, ids: [] },
        localizer: { id: 'l', sha256: [], provider: 'cpu' },
        segmenter: { id: 's', sha256: [], provider: 'cpu', layout: 'meta' },
        options: {
          procedure: 'robust',
          method: 'auto',
          seed: 1,
          parts: true,
          structures: null,
          quality: 'balanced',
          marginMm: null,
          paperMargin: false,
          sliceStep: 1,
          windowHu: null,
          appearance: true,
          minConfidence: 0,
        },
        seconds: {},
        warnings: [],
        encoderRuns: 0,
        decoderRuns: 0,
        structures: [],
      }
      await write('p1_ct.nii.gz')
      assert.equal(await forTemplate(), undefined)
      await write('p1_ct_dseg.nii.gz')
      await write('p1_ct_dseg.json', JSON.stringify(sidecar))
      assert.equal(await forTemplate(), 'p1_ct_dseg.nii.gz')
      await write('p1_seg.nii.gz')
      assert.equal(await forTemplate(), 'p1_seg.nii.gz')
    })
  })
}
