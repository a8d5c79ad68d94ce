import { takeListeners } from './dom.js'

/**
 * Makes the children of a container the same as the given ones. What is there and stands for the same (same tag and
 * `data-key`) is changed in place, so that a drag, a press, an open list and the focus outlive the change.
 */
export function renderInto(container: HTMLElement, children: readonly Node[]): void {
  const left = [...container.childNodes]
  const kept = children.map((child) => {
    const at = left.findIndex((candidate) => standsForSame(candidate, child))
    return at < 0 ? child : patched(left.splice(at, 1)[0], child)
  })
  for (const node of left) node.remove()
  kept.forEach((node, at) => {
    // Only what is out of place is moved: moving ends a drag as well.
    if (container.childNodes.item(at) !== node) container.insertBefore(node, container.childNodes.item(at))
  })
}

function standsForSame(a: Node, b: Node): boolean {
  return (
    a.nodeName === b.nodeName &&
    (!(a instanceof HTMLElement && b instanceof HTMLElement) || a.dataset['key'] === b.dataset['key'])
  )
}

function patched(now: Node, wanted: Node): Node {
  if (!(now instanceof HTMLElement && wanted instanceof HTMLElement)) {
    if (now.nodeValue !== wanted.nodeValue) now.nodeValue = wanted.nodeValue
    return now
  }
  for (const { name } of [...now.attributes]) if (!wanted.hasAttribute(name)) now.removeAttribute(name)
  for (const { name, value } of wanted.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value)
  takeListeners(now, wanted)
  // Before its children go.
  const value = wanted instanceof HTMLSelectElement || wanted instanceof HTMLInputElement ? wanted.value : undefined
  renderInto(now, [...wanted.childNodes])
  if (
    value !== undefined &&
    (now instanceof HTMLSelectElement || now instanceof HTMLInputElement) &&
    now.value !== value
  )
    now.value = value
  if (now instanceof HTMLInputElement && wanted instanceof HTMLInputElement && now.checked !== wanted.checked)
    now.checked = wanted.checked
  return now
}
