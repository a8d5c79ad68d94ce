import type { JSX } from 'preact'
import { isPanelShown, rowsOf, type EditorState } from '../control/editorState.js'
import type { StageMouse } from '../control/stageMouse.js'
import type { EditorActions } from '../control/editorActions.js'
import { EditBar } from './editBar.js'
import { ComparisonPanel } from './comparisonPanel.js'
import { HeaderSheet } from './headerSheet.js'
import { HelpSheet } from './helpSheet.js'
import { ImagePanel } from './imagePanel.js'
import { PanelEdge } from './panelEdge.js'
import { hoverText, readingText } from './readingText.js'
import { RunPanel } from './runPanel.js'
import { Stage, type PlaneElements } from './stage.js'
import { StructuresPanel } from './structuresPanel.js'
import { TimePoints } from './timePoints.js'
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
        <EditBar state={state} actions={actions} />
      </header>
      <div class="main">
        <main>
          <Stage state={state} actions={actions} mouse={mouse} elements={elements} />
        </main>
        <aside
          class="side"
          aria-label="Structures and template points"
          style={{ width: `${state.view.panelWidthPx}px` }}
          hidden={!isPanelShown(state)}
        >
          <PanelEdge
            widthPx={state.view.panelWidthPx}
            onResize={(panelWidthPx) => {
              actions.changeView({ panelWidthPx })
            }}
          />
          <div class="panel">
            <SidePanel state={state} actions={actions} />
          </div>
        </aside>
      </div>
      <footer>
        <div class="status" role="status" aria-live="off" aria-label="Position and value under the crosshair">
          {state.reading === null ? null : readingText(state.reading)}
        </div>
        <TimePoints image={state.image} actions={actions} />
        <div class="hover-reading" aria-hidden="true">
          {state.hover === null ? null : hoverText(state.hover, rowsOf(state))}
        </div>
      </footer>
      {state.isHeaderShown && state.image !== null && (
        <HeaderSheet
          name={state.scanName}
          image={state.image}
          onClose={() => {
            actions.showHeader(false)
          }}
        />
      )}
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
        <StructuresPanel state={state} actions={actions} />
      </section>
      {state.labels.map !== null && (
        <section class="measure-section" aria-label="Measure">
          <ComparisonPanel state={state} actions={actions} />
        </section>
      )}
      <section class="image-section" aria-label="Image">
        <ImagePanel state={state} actions={actions} />
      </section>
    </>
  )
}
