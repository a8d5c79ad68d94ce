import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EarlyMaskNote } from '../../../../src/protocol/rpc.js'
import { withEarlyMaskFiles } from '../../../../src/engine/server/earlyMaskFiles.js'
import type { EarlyMask } from '../../../../src/engine/sam/masks/earlyMasks.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import type { SourceGeometry } from '../../../../src/shared/geometry/volume.js'
import { tempFolder } from '../../../support/tempFolder.js'

const geometry: SourceGeometry = {
  niftiHeader: null,
  size: [3, 2, 2],
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
}

function early(name: string, data: number[]): EarlyMask {
  return {
    isDraft: false,
    masks: [
      {
        status: 'segmented',
        name,
        labelValue: 1,
        voxels: 1,
        volumeMl: 0.5,
        meanHu: 0,
        emptySlices: 0,
        meanIouPrediction: 1,
      },
    ],
    labels: { data: Uint8Array.from(data), size: geometry.size, affine: geometry.affine },
  }
}

describe('files of early masks', () => {
  it('hold all masks so far and are gone when the work ends', async () => {
    const folder = path.join(tempFolder(), 'early')
    const notes: EarlyMaskNote[] = []
    await withEarlyMaskFiles(
      folder,
      (note) => notes.push(note),
      async ({ onEarlyMask }) => {
        await onEarlyMask?.(early('A', [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), geometry)
        await onEarlyMask?.(early('B', [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]), geometry)
        expect(notes.map(({ name, volumeMl }) => [name, volumeMl])).toEqual([
          ['A', 0.5],
          ['B', 0.5],
        ])
        expect(Array.from((await readLabelMap(notes[1].labelMapPath)).data)).toEqual([
          1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
        ])
        expect(readdirSync(folder)).toHaveLength(2)
      },
    )
    expect(existsSync(folder)).toBe(false)
  })

  it('are gone when the work fails, and a folder that cannot be written stops nothing', async () => {
    const folder = path.join(tempFolder(), 'early')
    await expect(
      withEarlyMaskFiles(
        folder,
        () => undefined,
        async ({ onEarlyMask }) => {
          await onEarlyMask?.(early('A', [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), geometry)
          throw new Error('broke')
        },
      ),
    ).rejects.toThrow('broke')
    expect(existsSync(folder)).toBe(false)
    const notes: EarlyMaskNote[] = []
    expect(
      await withEarlyMaskFiles(
        '/dev/null/early',
        (note) => notes.push(note),
        async ({ onEarlyMask }) => {
          await onEarlyMask?.(early('A', [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), geometry)
          return 'done'
        },
      ),
    ).toBe('done')
    expect(notes).toEqual([])
  })
})
