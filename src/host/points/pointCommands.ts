import * as vscode from 'vscode'
import type { PointsRequest } from '../../protocol/scanEditor.js'
import type { ScanSession } from '../editor/scanEditors.js'
import {
  addStructure,
  deletePoint,
  nameProblem,
  placePoint,
  recolorStructure,
  removeStructure,
  renameStructure,
} from './editPoints.js'
import { colorFor, ORGANS, PALETTE } from '../../shared/palette.js'

/** Does what the panel asks of the marks, asking people for names and colours where needed. */
export async function handlePointsRequest({ document }: ScanSession, request: PointsRequest): Promise<void> {
  switch (request.kind) {
    case 'add': {
      const name = await askName(document.marks())
      if (name === undefined) return
      const marks = document.marks()
      document.apply(
        addStructure(
          marks,
          name,
          colorFor(
            name,
            marks.structures.map(({ color }) => color),
          ),
        ),
        name,
      )
      return
    }
    case 'rename': {
      const name = await vscode.window.showInputBox({
        title: `Rename ${request.structure}`,
        value: request.structure,
        validateInput: (value) =>
          value.trim() === request.structure ? undefined : nameProblem(document.marks(), value),
      })
      if (name !== undefined && name.trim() !== request.structure)
        document.apply(renameStructure(document.marks(), request.structure, name.trim()), name.trim())
      return
    }
    case 'recolor': {
      const picked = await vscode.window.showQuickPick(
        Object.entries(PALETTE).map(([label, color]) => ({ label, color })),
        { title: `Colour of ${request.structure}` },
      )
      if (picked !== undefined) document.apply(recolorStructure(document.marks(), request.structure, picked.color))
      return
    }
    case 'remove':
      document.apply(removeStructure(document.marks(), request.structure))
      return
    case 'place':
      document.apply(placePoint(document.marks(), request.structure, request.side, request.pointMm))
      return
    case 'unplace':
      document.apply(deletePoint(document.marks(), request.structure, request.side))
      return
  }
}

/** Asks for a structure's name: suggestions from the dictionary, anything else as typed. */
async function askName(marks: Parameters<typeof nameProblem>[0]): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly name: string }>()
  pick.title = 'Add structure'
  pick.placeholder = 'Choose a structure or type a name'
  const suggestions = ORGANS.filter(({ name }) => nameProblem(marks, name) === null).map(({ name, region }) => ({
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
          { label: `As typed: ${typed}`, description: nameProblem(marks, typed) ?? '', name: typed, alwaysShow: true },
        ]
      : suggestions
  })
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const name = pick.selectedItems.at(0)?.name ?? pick.value.trim()
      if (nameProblem(marks, name) !== null) return
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
