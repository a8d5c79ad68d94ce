/** Replaces the children of a container and gives the focus back to the control that had it (same `data-key`). */
export function renderInto(container: HTMLElement, children: readonly Node[]): void {
  const focused = document.activeElement
  const key = focused instanceof HTMLElement && container.contains(focused) ? focused.dataset['key'] : undefined
  const scroll = container.scrollTop
  container.replaceChildren(...children)
  container.scrollTop = scroll
  if (key === undefined) return
  for (const element of container.querySelectorAll<HTMLElement>('[data-key]')) {
    if (element.dataset['key'] === key) element.focus()
  }
}
