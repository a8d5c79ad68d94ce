import { applyAffine, spacingMm, type Affine } from '../../shared/geometry/affine.js'
import { closestRas } from '../../shared/geometry/orient.js'
import type { Size3 } from '../../shared/geometry/points.js'
import type { ImageFacts } from '../reader/shownImage.js'

/** An image as its header describes it. */
interface DescribedImage {
  readonly size: Size3
  readonly affine: Affine
  readonly facts: ImageFacts
  readonly isCt: boolean
}

/** Where an axis points, by patient axis: minus side, plus side. */
const LETTERS = ['LR', 'PA', 'IS'] as const

/** What is worth knowing of an image: name and text of each fact. */
export function headerRows({ size, affine, facts, isCt }: DescribedImage): readonly (readonly [string, string])[] {
  const spacing = spacingMm(affine)
  const round = (mm: number): string => String(Number(mm.toFixed(3)))
  return [
    ['Kind', isCt ? 'CT, values in HU' : 'no CT: values without a unit'],
    ['Voxels', size.join(' × ')],
    ...(facts.timePoints > 1 ? [['Time points', String(facts.timePoints)] as const] : []),
    ['Stored as', facts.dtype],
    ['Spacing', `${spacing.map(round).join(' × ')} mm`],
    ['Extent', `${spacing.map((mm, axis) => round(mm * size[axis])).join(' × ')} mm`],
    ['Orientation', orientationText(affine)],
    ['First voxel', `${applyAffine(affine, [0, 0, 0]).map(round).join(', ')} mm (RAS)`],
    [
      'Affine',
      [0, 1, 2]
        .map((row) =>
          affine
            .slice(4 * row, 4 * row + 4)
            .map(round)
            .join('  '),
        )
        .join('\n'),
    ],
  ]
}

/** Where the three stored axes point, as letters, and how far they are turned away from there. */
export function orientationText(affine: Affine): string {
  const spacing = spacingMm(affine)
  const axes = closestRas(affine)
  const letters = ['', '', '']
  let tilt = 0
  axes.forEach(({ axis, flip }, ras) => {
    letters[axis] = LETTERS[ras][flip ? 0 : 1]
    const cosine = Math.min(1, Math.abs(affine[4 * ras + axis] / spacing[axis]))
    tilt = Math.max(tilt, (Math.acos(cosine) * 180) / Math.PI)
  })
  return `${letters.join('')}${tilt > 0.05 ? `, turned by ${tilt.toFixed(1)}°` : ''}`
}
