import { expect, it } from 'vitest'
import { secondsText } from '../../../src/shared/secondsText.js'

it('rounds a time to what people say', () => {
  expect([0.2, 20, 89, 180, 5399, 9000].map(secondsText)).toEqual(['1 s', '20 s', '89 s', '3 min', '90 min', '2.5 h'])
})
