import type * as vscode from 'vscode'
import type { ScanEditors } from '../editor/scanEditors.js'
import type { EngineClient } from '../engine/engineClient.js'
import type { RunSlot } from '../runSlot.js'
import type { TemplateStore } from '../templates/templateStore.js'
import type { PreviewFolders } from './previewFolders.js'

/** What runs of scans and of folders work with. */
export interface RunServices {
  readonly extension: vscode.ExtensionContext
  readonly store: TemplateStore
  readonly engine: EngineClient
  readonly editors: ScanEditors
  readonly previews: PreviewFolders
  readonly log: vscode.LogOutputChannel
  readonly slot: RunSlot
  readonly loadBanks: () => Promise<void>
  /** Tells on what the engine really ran. */
  readonly onProvider: (provider: string) => void
}
