import { expect, it } from 'vitest'
import { contradictorySides, nextSide } from '../../../src/shared/scanPoints.js'

const marked = (points: Parameters<typeof nextSide>[0]['points']): Parameters<typeof nextSide>[0] => ({
  name: 'Larynx',
  color: '#112233',
  points,
})

it('asks for points in pairs', () => {
  expect(nextSide(marked({}))).toBe('inferior')
  expect(nextSide(marked({ inferior: [0, 0, 0] }))).toBe('superior')
})

it('finds points that lie beyond the one of the other side', () => {
  expect(contradictorySides(marked({ inferior: [0, 0, 5], superior: [0, 0, 2] }))).toEqual(['inferior', 'superior'])
  expect(contradictorySides(marked({ right: [9, 0, 0], left: [-9, 0, 0], anterior: [0, 3, 0] }))).toEqual([])
})
