import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import type fs from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Sidecar } from '../../../../src/shared/sidecar.js'
import { outputPaths } from '../../../../src/engine/pipeline/outputPaths.js'
import { writeResult } from '../../../../src/engine/pipeline/writeResult.js'
import { removePartialFiles, resultStamps } from '../../../../src/host/segment/killedResult.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'

/** What happens at the nth step that touches the disk: the process is killed there, or the disk is full. */
const trouble = vi.hoisted((): { step: number; kind: 'kill' | 'full' } => ({ step: Infinity, kind: 'kill' }))

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs.promises>()
  const counted = async (work: () => Promise<unknown>): Promise<unknown> => {
    trouble.step -= 1
    if (trouble.step !== 0) return work()
    if (trouble.kind === 'full') throw Object.assign(new Error('ENOSPC: simulated'), { code: 'ENOSPC' })
    return new Promise(() => undefined)
  }
  return {
    ...real,
    open: (...args: Parameters<typeof real.open>) => counted(() => real.open(...args)),
    rename: (...args: Parameters<typeof real.rename>) => counted(() => real.rename(...args)),
    rm: (...args: Parameters<typeof real.rm>) => counted(() => real.rm(...args)),
  }
})

const SIZE = [4, 3, 2] as const
const AFFINE = orientedAffine(ORIENTATIONS[0], SIZE, [1, 1, 1])
const scan = { geometry: { niftiHeader: null, size: SIZE, affine: AFFINE } }
/** Three opens, two removals, three renames. */
const STEPS = 8

/** A folder with a complete result called `first`. */
async function withResult(): Promise<{
  readonly folder: string
  readonly write: (name: string, value: number) => Promise<void>
  readonly state: () => Record<string, string>
  readonly labelMap: string
}> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'result-'))
  const labelMap = path.join(folder, 'a_dseg.nii')
  const write = async (name: string, value: number): Promise<void> => {
    await writeResult(
      outputPaths(labelMap, 'a.nii'),
      { data: new Uint8Array(24).fill(value), size: SIZE, affine: AFFINE },
      scan,
      { output: name, structures: [{ name, labelValue: value, color: '#000000' }] } as unknown as Sidecar,
    )
  }
  const nameIn = (file: string): string => {
    const bytes = readFileSync(path.join(folder, file))
    if (file.endsWith('.nii')) return bytes.at(-1) === 1 ? 'first' : 'second'
    return bytes.includes('first') ? 'first' : 'second'
  }
  await write('first', 1)
  return {
    folder,
    write,
    labelMap,
    state: () =>
      Object.fromEntries(
        readdirSync(folder)
          .sort()
          .map((file) => [file, nameIn(file)]),
      ),
  }
}

const all = (name: string): Record<string, string> => ({ 'a_dseg.json': name, 'a_dseg.nii': name, 'a_dseg.tsv': name })

afterEach(() => {
  trouble.step = Infinity
})

describe('a result over an older one', () => {
  it('replaces it', async () => {
    const { write, state } = await withResult()
    await write('second', 2)
    expect(state()).toEqual(all('second'))
  })

  it('leaves it whole while the new one does not fit on the disk', async () => {
    for (const step of [1, 2, 3]) {
      const { write, state } = await withResult()
      Object.assign(trouble, { step, kind: 'full' })
      await expect(write('second', 2)).rejects.toThrow(/disk is full/)
      expect(state()).toEqual(all('first'))
    }
  })

  it('is described by nothing wrong wherever the process is killed, and only whole ones are left', async () => {
    const seen: Record<string, string>[] = []
    for (let step = 1; step <= STEPS; step++) {
      const { write, state, labelMap } = await withResult()
      const before = await resultStamps(labelMap)
      Object.assign(trouble, { step, kind: 'kill' })
      void write('second', 2)
      await expect.poll(() => trouble.step).toBe(0)
      trouble.step = Infinity
      const written = new Set(
        Object.entries(state())
          .filter(([file]) => !file.startsWith('.'))
          .map(([, name]) => name),
      )
      expect(written.size, `step ${step}`).toBe(1)
      await removePartialFiles(labelMap, before)
      seen.push(state())
    }
    const first = { 'a_dseg.nii': 'first' }
    expect(seen).toEqual([
      all('first'),
      all('first'),
      all('first'),
      all('first'),
      { ...first, 'a_dseg.tsv': 'first' },
      first,
      {},
      {},
    ])
  })

  it('is written through links', async () => {
    const { folder, write, labelMap } = await withResult()
    const real = path.join(folder, 'elsewhere.json')
    writeFileSync(real, 'first')
    const linked = path.join(folder, 'b_dseg.json')
    symlinkSync(real, linked)
    await writeResult(
      outputPaths(path.join(folder, 'b_dseg.nii'), 'b.nii'),
      { data: new Uint8Array(24), size: SIZE, affine: AFFINE },
      scan,
      { output: 'second', structures: [] } as unknown as Sidecar,
    )
    expect(readFileSync(linked, 'utf8')).toContain('second')
    expect(readFileSync(real, 'utf8')).toContain('second')
    await write('first', 1)
    expect(readdirSync(folder)).toContain(path.basename(labelMap))
  })
})
