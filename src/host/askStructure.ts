import * as vscode from 'vscode'
import { ORGANS, PALETTE } from '../shared/palette.js'

/** Asks for the colour of a structure; undefined where the user thinks better of it. */
export async function askColor(structure: string): Promise<string | undefined> {
  const colors = Object.entries(PALETTE).map(([label, color]) => ({ label, color }))
  return (await vscode.window.showQuickPick(colors, { title: `Colour of ${structure}` }))?.color
}

/**
 * Asks for a structure's name: suggestions from the dictionary, anything else as typed.
 * @param problemOf why a name cannot be taken, in one sentence; null where it can
 */
export async function askStructureName(problemOf: (name: string) => string | null): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly name: string }>()
  pick.title = 'Add structure'
  pick.placeholder = 'Choose a structure or type a name'
  const suggestions = ORGANS.filter(({ name }) => problemOf(name) === null).map(({ name, region }) => ({
    label: name,
    description: region,
    name,
  }))
  pick.items = suggestions
  pick.onDidChangeValue((value) => {
    const typed = value.trim()
    const own = typed !== '' && !suggestions.some(({ name }) => name.toLowerCase() === typed.toLowerCase())
    // VS Code sorts by where the text matches: the words in front put the name as typed last.
    pick.items = own
      ? [
          ...suggestions,
          { label: `As typed: ${typed}`, description: problemOf(typed) ?? '', name: typed, alwaysShow: true },
        ]
      : suggestions
  })
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const name = pick.selectedItems.at(0)?.name ?? pick.value.trim()
      if (problemOf(name) !== null) return
      resolve(name)
      pick.hide()
    })
    pick.onDidHide(() => {
      resolve(undefined)
      pick.dispose()
    })
    pick.show()
  })
}
