import type { RefObject } from 'preact'

/** The element of a ref; it is there from the first drawing of the page on. */
export function mounted<T>(ref: RefObject<T>): T {
  if (ref.current === null) throw new Error('The page has not been drawn yet.')
  return ref.current
}
