import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PointMm, Size3 } from '../../../../src/shared/geometry/points.js'
import { rasToSal } from '../../../../src/engine/medlam/salFrame.js'
import { prepareVolume } from '../../../../src/engine/medlam/prepare.js'
import { multiplyAffine, type Affine } from '../../../../src/shared/geometry/affine.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { writeScan } from '../../../../src/engine/scanFiles/writeScan.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'
import { phantom } from '../../../support/phantom.js'
import { tempFolder } from '../../../support/tempFolder.js'

const TRAINING = path.resolve(import.meta.dirname, '../../../../training')
const CARD = {
  spacingMm: 3,
  huKnots: [
    [-1000, 0],
    [-200, 0.2],
    [200, 0.8],
    [1500, 1],
  ],
  paddingVoxels: 0,
} as const
const TILT: Affine = [1, 0, 0, 0, 0, Math.cos(0.2), -Math.sin(0.2), 0, 0, Math.sin(0.2), Math.cos(0.2), 0, 0, 0, 0, 1]

/** A Python that can run the training code. */
const python = ['python3', '/usr/bin/python3'].find((candidate) => {
  try {
    execFileSync(candidate, ['-c', 'import torch, nibabel, scipy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

const cases: readonly { readonly title: string; readonly size: Size3; readonly affine: Affine }[] = [
  {
    title: 'coarse, stored RAS',
    size: [42, 40, 30],
    affine: orientedAffine(ORIENTATIONS[0], [42, 40, 30], [3.9, 3.9, 2.5]),
  },
  {
    title: 'fine (averaged by blocks), stored sagittally and flipped',
    size: [75, 150, 170],
    affine: orientedAffine(ORIENTATIONS[29], [75, 150, 170], [2, 1.07, 0.9]),
  },
  {
    title: 'oblique',
    size: [60, 58, 44],
    affine: multiplyAffine(TILT, orientedAffine(ORIENTATIONS[0], [60, 58, 44], [2.9, 2.9, 4])),
  },
]

// Without Python and PyTorch there is nothing to compare with: training/README.md says how to install them.
describe.skipIf(python === undefined)('the engine and the training code prepare a scan alike', () => {
  it.each(cases)('$title', async ({ size, affine }) => {
    const folder = tempFolder()
    const marker: PointMm = [9, -14, 11]
    const file = path.join(folder, 'a_ct.nii.gz')
    await writeScan(file, phantom(size, affine, marker))
    const raw = path.join(folder, 'a.raw')
    const printed = execFileSync(python ?? '', ['-m', 'medlam_training', 'preprocess', file, raw], {
      cwd: TRAINING,
      encoding: 'utf8',
    })
    const theirs = JSON.parse(printed) as { size: number[]; originMm: PointMm }
    const ours = prepareVolume(await readScan(file), CARD)
    expect([...ours.size]).toEqual(theirs.size)
    rasToSal(theirs.originMm).forEach((value, axis) => {
      expect(ours.originMm[axis]).toBeCloseTo(value, 3)
    })
    const bytes = readFileSync(raw)
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    expect(values).toHaveLength(ours.data.length)
    let largest = 0
    for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] - ours.data[i]))
    expect(largest).toBeLessThan(1e-3)
    // Not all air: equal nothing would prove nothing.
    expect(values.some((value) => value > 0.9)).toBe(true)
  })
})
