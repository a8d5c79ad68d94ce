import type { EditorState } from '../control/editorState.js'

/** Says on the page's body what is shown: end-to-end tests wait for it. */
export function writeBodyData(body: HTMLElement, { isScanShown, scanName, labels: { shown }, run }: EditorState): void {
  const data = {
    rendered: isScanShown ? scanName : null,
    labels: shown?.kind === 'labelMap' ? shown.name : null,
    preview: shown?.kind === 'preview' ? String(shown.labelCount) : null,
    run: run.kind,
  }
  for (const [name, value] of Object.entries(data)) {
    if (value === null) Reflect.deleteProperty(body.dataset, name)
    else if (body.dataset[name] !== value) body.dataset[name] = value
  }
}
