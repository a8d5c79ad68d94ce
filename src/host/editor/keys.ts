import { VIEW_COMMANDS, type KeyHelp, type ViewCommand } from '../../protocol/viewCommand.js'

interface PackageJson {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[]
    readonly keybindings: readonly { readonly command: string; readonly key: string }[]
  }
}

const PREFIX = 'medlsam.view.'

/** The help sheet's lines, read from the manifest so that they cannot differ from the keys that work. */
export function keyHelp(packageJson: PackageJson): KeyHelp[] {
  const { commands, keybindings } = packageJson.contributes
  return VIEW_COMMANDS.flatMap((command: ViewCommand) => {
    const title = commands.find((entry) => entry.command === PREFIX + command)?.title
    const keys = keybindings.filter((entry) => entry.command === PREFIX + command).map((entry) => entry.key)
    return title === undefined || keys.length === 0 ? [] : [{ command, title, keys: keys.join(', ') }]
  })
}
