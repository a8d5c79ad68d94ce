import type { FromScanView, ToScanView } from '../protocol/scanEditor.js'
import { parseViewState, type ViewState } from './viewState.js'

interface VsCodeApi {
  postMessage(message: FromScanView): void
  getState(): unknown
  setState(state: ViewState): void
}

declare function acquireVsCodeApi(): VsCodeApi

const api = acquireVsCodeApi()

/** Sends a message to the extension host. */
export function post(message: FromScanView): void {
  api.postMessage(message)
}

/** Listens to the extension host, the only sender a webview has. */
export function onMessage(listener: (message: ToScanView) => void): void {
  window.addEventListener('message', (event: MessageEvent<ToScanView>) => {
    listener(event.data)
  })
}

/** The view as it was before a reload or a hidden tab, or null. */
export function restoreView(): ViewState | null {
  return parseViewState(api.getState())
}

/** Remembers the view across reloads and hidden tabs. */
export function rememberView(state: ViewState): void {
  api.setState(state)
}
