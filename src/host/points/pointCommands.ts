import * as vscode from 'vscode'
import type { PointsRequest } from '../../protocol/scanEditor.js'
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
import { colorFor } from '../../shared/palette.js'
import { askColor, askStructureName } from '../askStructure.js'

/** Does what the panel asks of the points, asking the user for names and colours where needed. */
export async function handlePointsRequest({ document }: ScanSession, request: PointsRequest): Promise<void> {
  switch (request.kind) {
    case 'add': {
      const name = await askStructureName((typed) => nameProblem(document.points(), typed))
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
      const color = await askColor(request.structure)
      if (color !== undefined) document.apply(recolorStructure(document.points(), request.structure, color))
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
