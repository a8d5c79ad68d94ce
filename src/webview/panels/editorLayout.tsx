import type { JSX } from 'preact'
import { rowsOf, type EditorState } from '../control/editorState.js'
import { activeStructure, sideToPlace } from '../control/pointPlacement.js'
import type { StageMouse } from '../control/stageMouse.js'
import type { EditorActions } from '../control/editorActions.js'
import { HelpSheet } from './helpSheet.js'
import { PointsPanel } from './pointsPanel.js'
import { readingText } from './readingText.js'
import { RunPanel } from './runPanel.js'
import { Stage, type PlaneElements } from './stage.js'
import { StructuresPanel } from './structuresPanel.js'
import { Toolbar } from './toolbar.js'

/** The whole page: controls above, planes and side panel, the reading below. */
export function EditorLayout({
  state,
  actions,
  mouse,
  elements,
}: {
  readonly state: EditorState
  readonly actions: EditorActions
  readonly mouse: StageMouse
  readonly elements: PlaneElements
}): JSX.Element {
  return (
    <>
      <header>
        <h1 class="for-screen-readers">{state.scanName === '' ? null : state.scanName}</h1>
        <div class="toolbar" role="toolbar" aria-label="View">
          <Toolbar state={state} actions={actions} />
        </div>
      </header>
      <div class="main">
        <main>
          <Stage state={state} actions={actions} mouse={mouse} elements={elements} />
        </main>
        <aside class="panel" aria-label="Structures and template points" hidden={!state.view.panelOpen}>
          <SidePanel state={state} actions={actions} />
        </aside>
      </div>
      <footer>
        <div class="status" role="status" aria-live="off" aria-label="Position and value under the crosshair">
          {state.reading === null ? null : readingText(state.reading)}
        </div>
      </footer>
      {state.isHelpShown && (
        <HelpSheet
          keys={state.keys}
          onClose={() => {
            actions.closeHelp()
          }}
        />
      )}
    </>
  )
}

function SidePanel({ state, actions }: { readonly state: EditorState; readonly actions: EditorActions }): JSX.Element {
  const { points, active } = state
  return (
    <>
      <section class="run" aria-label="Run">
        <RunPanel
          run={state.run}
          onAction={(action) => {
            actions.act(action)
          }}
        />
      </section>
      <section class="structures-section" aria-label="Structures">
        <StructuresPanel labels={state.labels} rows={rowsOf(state)} view={state.view} actions={actions} />
      </section>
      <section class="marks-section" aria-label="Template points">
        <PointsPanel
          structures={points.structures}
          active={active?.structure ?? null}
          side={sideToPlace(activeStructure(points, active), active?.side ?? null)}
          actions={actions}
        />
      </section>
    </>
  )
}
