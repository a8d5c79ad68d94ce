const DIRECTION = / (Left|Right|Up|Down)$/
const ARROW = /[←→↑↓]$/

/** Lines of the help sheet with those that differ in a direction alone made one: `← → ↑ ↓` moves the crosshair. */
export function joinDirections(rows: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  const joined: (readonly [string, string])[] = []
  for (const [keys, title] of rows) {
    const what = title.replace(DIRECTION, '')
    const last = joined.at(-1)
    if (ARROW.test(keys) && last?.[1] === what)
      joined[joined.length - 1] = [`${last[0]} ${keys.split('+').at(-1) ?? ''}`, what]
    else joined.push([keys, ARROW.test(keys) ? what : title])
  }
  return joined
}
