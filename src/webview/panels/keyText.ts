const NAMES: Readonly<Record<string, string>> = {
  pageup: 'Page Up',
  pagedown: 'Page Down',
  left: '←',
  right: '→',
  up: '↑',
  down: '↓',
  escape: 'Esc',
}

/** A key of the manifest (`shift+pageup`) as keyboards name it. */
export function keyText(key: string): string {
  return key
    .split('+')
    .map((part) => NAMES[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join('+')
}
