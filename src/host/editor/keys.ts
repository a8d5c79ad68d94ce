import type { KeyHelp } from '../../protocol/viewCommand.js'

interface PackageJson {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[]
    readonly keybindings: readonly { readonly command: string; readonly key: string; readonly when?: string }[]
  }
}

/** The help sheet's lines: every key that the manifest binds for the scan editor, so that they cannot differ from the keys that work. */
export function keyHelp(packageJson: PackageJson): KeyHelp[] {
  const { commands, keybindings } = packageJson.contributes
  return keybindings
    .filter(({ when }) => when?.includes("activeCustomEditorId == 'medlsam.scanEditor'"))
    .map(({ command, key }) => ({
      keys: key,
      title: commands.find((entry) => entry.command === command)?.title ?? command,
    }))
}
