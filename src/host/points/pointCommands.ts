import * as vscode from 'vscode'
import type { PointsRequest } from '../../protocol/scanEditor.js'
import type { ScanPoints } from '../../shared/scanPoints.js'
import type { ScanSession } from '../editor/scanSession.js'
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

/** Does what the panel asks of the points, asking the user for names and colours where needed. */
export async function handlePointsRequest({ document }: ScanSession, request: PointsRequest): Promise<void> {
  switch (request.kind) {
    case 'add': {
      const name = await askName(document.points())
      if (name === undefined) return
      const points = document.points()
      document.apply(
        addStructure(
          points,
          name,
          colorFor(
            name,
            points.structures.map(({ color }) => color),
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
          value.trim() === request.structure ? undefined : nameProblem(document.points(), value),
      })
      if (name !== undefined && name.trim() !== request.structure)
        document.apply(renameStructure(document.points(), request.structure, name.trim()), name.trim())
      return
    }
    case 'recolor': {
      const picked = await vscode.window.showQuickPick(
        Object.entries(PALETTE).map(([label, color]) => ({ label, color })),
        { title: `Colour of ${request.structure}` },
      )
      if (picked !== undefined) document.apply(recolorStructure(document.points(), request.structure, picked.color))
      return
    }
    case 'remove':
      document.apply(removeStructure(document.points(), request.structure))
      return
    case 'place':
      document.apply(placePoint(document.points(), request.structure, request.side, request.pointMm))
      return
    case 'unplace':
      document.apply(deletePoint(document.points(), request.structure, request.side))
      return
  }
}

/** Asks for a structure's name: suggestions from the dictionary, anything else as typed. */
async function askName(points: ScanPoints): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly name: string }>()
  pick.title = 'Add structure'
  pick.placeholder = 'Choose a structure or type a name'
  const suggestions = ORGANS.filter(({ name }) => nameProblem(points, name) === null).map(({ name, region }) => ({
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
          { label: `As typed: ${typed}`, description: nameProblem(points, typed) ?? '', name: typed, alwaysShow: true },
        ]
      : suggestions
  })
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const name = pick.selectedItems.at(0)?.name ?? pick.value.trim()
      if (nameProblem(points, name) !== null) return
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
