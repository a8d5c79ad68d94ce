import * as vscode from 'vscode'

/** What a list asks. */
export interface Question<T extends vscode.QuickPickItem> {
  readonly title: string
  readonly placeholder: string
  readonly items: readonly T[]
  /** Whether a step came before, to which a button leads back. */
  readonly hasBack: boolean
  /** The entry that Enter takes at first. */
  readonly active?: T | undefined
  /** Those that are ticked at first, where several can be chosen. */
  readonly ticked?: readonly T[]
  /** The same entries once more is known of them; rows keep their places. */
  readonly later?: Promise<readonly T[]>
}

/** Asks with a list that stays while the focus goes elsewhere; `back` for the step before, undefined when the user thinks better of it. */
export function askWithBack<T extends vscode.QuickPickItem>(
  question: Question<T>,
): Promise<readonly T[] | 'back' | undefined> {
  const list = vscode.window.createQuickPick<T>()
  list.title = question.title
  list.placeholder = question.placeholder
  list.ignoreFocusOut = true
  list.canSelectMany = question.ticked !== undefined
  list.items = question.items
  list.buttons = question.hasBack ? [vscode.QuickInputButtons.Back] : []
  if (question.ticked !== undefined) list.selectedItems = question.ticked
  if (question.active !== undefined) list.activeItems = [question.active]
  let isOver = false
  if (question.later !== undefined) {
    list.busy = true
    void question.later
      .then((items) => {
        if (isOver) return
        const active = list.activeItems.at(0)?.label
        list.items = items
        list.activeItems = items.filter(({ label }) => label === active).slice(0, 1)
      })
      .catch(() => undefined)
      .finally(() => {
        if (!isOver) list.busy = false
      })
  }
  return new Promise((resolve) => {
    const end = (answer: readonly T[] | 'back' | undefined): void => {
      isOver = true
      resolve(answer)
      list.dispose()
    }
    list.onDidTriggerButton(() => {
      end('back')
    })
    list.onDidAccept(() => {
      end(list.selectedItems)
    })
    list.onDidHide(() => {
      end(undefined)
    })
    list.show()
  })
}
