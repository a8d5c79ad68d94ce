import type { KEY_GROUPS, KeyHelp } from '../../protocol/viewCommand.js'

interface PackageJson {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[]
    readonly keybindings: readonly { readonly command: string; readonly key: string; readonly when?: string }[]
  }
}

type Group = (typeof KEY_GROUPS)[number]

/** The first that fits says where a command stands. */
const GROUPS: readonly (readonly [RegExp, Group])[] = [
  [/^view\.(slice|crosshair)|^goTo$|^view\.(copyPosition|measure)$/, 'Moving'],
  [/^view\.(window|level)/, 'Window'],
  [/^view\.(toggleO|toggleB|togglePoi|opacity)/, 'Labels'],
  [
    /^view\.(toggleEditing|brush|eraser|lasso|eraseLasso|pointsTool|boxTool|fixSlice|toggleBall|leaveTool)/,
    'Editing labels',
  ],
  [/^addStructure$|^view\..*Point$/, 'Template points'],
  [/^view\.(?!help)/, 'Layout and zoom'],
]

/** The help sheet's lines: every key that the manifest binds for the scan editor, so that they cannot differ from the keys that work. */
export function keyHelp(packageJson: PackageJson): KeyHelp[] {
  const { commands, keybindings } = packageJson.contributes
  return keybindings
    .filter(({ when }) => when?.includes("activeCustomEditorId == 'medlsam.scanEditor'"))
    .map(({ command, key }) => ({
      keys: key,
      title: commands.find((entry) => entry.command === command)?.title ?? command,
      group: groupOf(command.replace(/^medlsam\./, '')),
    }))
}

function groupOf(name: string): Group {
  return GROUPS.find(([pattern]) => pattern.test(name))?.[1] ?? 'Scans and runs'
}
