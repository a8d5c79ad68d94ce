import { expect, it } from 'vitest'
import { defined } from '../../../src/shared/defined.js'

it('leaves out what is undefined and keeps every other value', () => {
  const threads: number | undefined = undefined
  expect(defined({ threads, name: 'a', empty: '', nothing: null, zero: 0 })).toEqual({
    name: 'a',
    empty: '',
    nothing: null,
    zero: 0,
  })
  expect('threads' in defined({ threads })).toBe(false)
})
