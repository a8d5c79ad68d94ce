type Child = Node | string | null
/** What controls listen to. */
const EVENTS = ['click', 'change', 'input'] as const
type Props<K extends keyof HTMLElementTagNameMap> = {
  readonly class?: string
  readonly aria?: Readonly<Record<string, string>>
  readonly data?: Readonly<Record<string, string>>
  /** Given the element that is in the page, which may be an older one with this element's place: see `renderInto`. */
  readonly on?: { readonly [E in (typeof EVENTS)[number]]?: (element: HTMLElementTagNameMap[K]) => void }
  readonly set?: Partial<HTMLElementTagNameMap[K]>
}

/** Makes an element with its attributes, listeners and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props<K> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (props.set) Object.assign(element, props.set)
  if (props.class !== undefined) element.className = props.class
  for (const [name, value] of Object.entries(props.aria ?? {}))
    element.setAttribute(name === 'role' ? name : `aria-${name}`, value)
  for (const [name, value] of Object.entries(props.data ?? {})) element.dataset[name] = value
  for (const name of EVENTS) {
    const listener = props.on?.[name]
    // A property, since one element can hand it to another.
    if (listener)
      element[`on${name}`] = (event: Event) => {
        listener(event.currentTarget as HTMLElementTagNameMap[K])
      }
  }
  element.append(...children.filter((child) => child !== null))
  return element
}

/** Makes an SVG element with its attributes. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  return element
}

/** Gives one element the listeners of another, and takes away those that it lacks. */
export function takeListeners(to: HTMLElement, from: HTMLElement): void {
  to.onclick = from.onclick
  to.onchange = from.onchange
  to.oninput = from.oninput
}

/** A button with a text that is also its accessible name, unless `label` says more. */
export function button(
  text: string,
  onClick: () => void,
  options: {
    readonly label?: string
    readonly class?: string
    readonly pressed?: boolean
    readonly title?: string
  } = {},
): HTMLButtonElement {
  const element = h('button', {
    class: options.class ?? 'button',
    set: { type: 'button', textContent: text },
    on: { click: onClick },
  })
  if (options.label !== undefined) element.setAttribute('aria-label', options.label)
  if (options.pressed !== undefined) element.setAttribute('aria-pressed', String(options.pressed))
  element.title = options.title ?? options.label ?? ''
  return element
}
