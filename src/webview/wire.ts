import type { FromScanView, ToScanView } from '../protocol/scanEditor.js'

interface VsCodeApi {
  postMessage(message: FromScanView): void
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
