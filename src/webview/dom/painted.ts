/** Resolves once what was shown can be seen: without a graphics card, drawing a large scan holds the page for half a minute. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    // A hidden page is never painted.
    setTimeout(resolve, 200)
  })
}
