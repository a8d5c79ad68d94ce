import { expect, it } from 'vitest'
import { KeptPages, type Page } from '../../../../src/host/editor/keptPages.js'

it('keeps the pages that were hidden last, unloads older ones, and loads them when they are seen again', () => {
  const told: string[] = []
  const page = (name: string): Page => ({
    load: () => told.push(`load ${name}`),
    unload: () => told.push(`unload ${name}`),
  })
  const pages = new KeptPages(2)
  const [a, b, c] = ['a', 'b', 'c'].map(page)
  for (const one of [a, b, c]) pages.onVisible(one, false)
  expect(told).toEqual(['unload a'])
  pages.onVisible(b, true)
  pages.onVisible(b, false)
  pages.onVisible(a, true)
  expect(told).toEqual(['unload a', 'load a'])
  pages.onVisible(a, false)
  expect(told.at(-1)).toBe('unload c')
  pages.forget(c)
  pages.onVisible(c, true)
  expect(told).toHaveLength(3)
})
