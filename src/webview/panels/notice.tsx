import type { JSX } from 'preact'
import type { Notice } from '../control/editorState.js'
import { Button } from './button.js'

/** The card over the planes while a scan is read, or where it cannot be shown. */
export function NoticeCard({
  notice,
  onRetry,
}: {
  readonly notice: Notice
  readonly onRetry: () => void
}): JSX.Element | null {
  switch (notice.kind) {
    case 'none':
    case 'blank':
      return null
    case 'loading':
      return (
        <div key="loading" class="card" role="status">
          <p>{notice.text}</p>
          <progress max={Math.max(1, notice.total)} value={notice.done} />
        </div>
      )
    case 'problem':
      return (
        <div key="problem" class="card" role="alert">
          <h2>{notice.name}</h2>
          <p class="problem">{notice.text}</p>
          <Button text="Try again" class="button primary" onClick={onRetry} />
        </div>
      )
  }
}
