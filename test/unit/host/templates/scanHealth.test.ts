import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ScanProblems } from '../../../../src/protocol/rpc.js'
import type { TemplateSet } from '../../../../src/shared/templateSet.js'
import { createScanHealth } from '../../../../src/host/templates/scanHealth.js'
import { tempFolder } from '../../../support/tempFolder.js'

const set: TemplateSet = {
  format: 'medlsam-template-set',
  formatVersion: 1,
  name: 'mine',
  structures: [],
  scans: [{ id: 'a', path: 'a.nii', sha256: '0'.repeat(64), enabled: true, structures: {} }],
}

/** A set with one scan, and the questions that wait for an answer. */
function oneScan(): {
  readonly setPath: string
  readonly scan: string
  readonly asked: { answer(problems: ScanProblems): void; fail(): void }[]
  readonly health: ReturnType<typeof createScanHealth>
} {
  const folder = tempFolder()
  const scan = path.join(folder, 'a.nii')
  writeFileSync(scan, 'voxels')
  const asked: { answer(problems: ScanProblems): void; fail(): void }[] = []
  const health = createScanHealth(
    () =>
      new Promise((resolve, reject) =>
        asked.push({
          answer: resolve,
          fail: () => {
            reject(new Error('died'))
          },
        }),
      ),
  )
  return { setPath: path.join(folder, 'mine.medlsam.json'), scan, asked, health }
}

describe('the health of template scans', () => {
  it('is asked once while the files stay as they are, also before the answer is there', async () => {
    const { setPath, asked, health } = oneScan()
    const first = health.check(setPath, set)
    await expect.poll(() => asked.length).toBe(1)
    expect(await health.check(setPath, set)).toBe(false)
    asked[0].answer({ a: 'gone' })
    expect(await first).toBe(true)
    expect(await health.check(setPath, set)).toBe(false)
    expect(asked).toHaveLength(1)
    expect(health.known(setPath).get('a')).toBe('gone')
  })

  it('is what was found out about the files as they are now', async () => {
    const { setPath, scan, asked, health } = oneScan()
    const old = health.check(setPath, set)
    await expect.poll(() => asked.length).toBe(1)
    appendFileSync(scan, 'more')
    const now = health.check(setPath, set)
    await expect.poll(() => asked.length).toBe(2)
    asked[1].answer({ a: 'changed' })
    expect(await now).toBe(true)
    asked[0].answer({})
    expect(await old).toBe(false)
    expect(health.known(setPath).get('a')).toBe('changed')
  })

  it('is asked again after a question that nobody answered', async () => {
    const { setPath, asked, health } = oneScan()
    const failing = health.check(setPath, set)
    await expect.poll(() => asked.length).toBe(1)
    asked[0].fail()
    await expect(failing).rejects.toThrow('died')
    const again = health.check(setPath, set)
    await expect.poll(() => asked.length).toBe(2)
    asked[1].answer({})
    expect(await again).toBe(true)
  })
})
