import { expect, it } from 'vitest'
import { HU_BINS, huBin } from '../../../src/shared/organPrior.js'

it('counts HU beyond the histogram in its first and last bin', () => {
  expect([huBin(-2000), huBin(HU_BINS.lowestHu), huBin(39.9), huBin(40), huBin(3000)]).toEqual([
    0,
    0,
    16,
    17,
    HU_BINS.count - 1,
  ])
})
