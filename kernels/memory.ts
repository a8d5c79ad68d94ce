/** Room for so many bytes, at a multiple of 16; it holds what was there before. Memory grows as needed. */
export function reserve(bytes: usize): usize {
  // Vectors may be read beyond the end of the last row.
  return heap.alloc(bytes + 64)
}

/** Gives all room back. */
export function reset(): void {
  // @ts-ignore: the language's types leave it out
  heap.reset()
}

/** Room for so many bytes, all 0. */
export function zeros(bytes: usize): usize {
  const at = reserve(bytes)
  memory.fill(at, 0, bytes)
  return at
}
