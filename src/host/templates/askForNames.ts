import * as vscode from 'vscode'
import type { TemplateSource } from '../../protocol/rpc.js'

type Said = Pick<Extract<TemplateSource, { readonly kind: 'labelMap' }>, 'names' | 'takeUnnamed'>

/** Asks what label values are that nothing names; undefined when the user thinks better of it. */
export async function askForNames(labelMap: string, labelValues: readonly number[]): Promise<Said | undefined> {
  const [nameThem, asNumbers] = ['Name Them', 'Use Numbers']
  const picked = await vscode.window.showWarningMessage(
    `Nothing names the label values of ${labelMap}. What shall they be called in the template set?`,
    {
      modal: true,
      detail: `Values without a name: ${labelValues.join(', ')}. A set finds structures of other scans by their names. "Use Numbers" calls them "Label ${labelValues[0]}" and so on. A table of names beside the label map, such as labels.json, does it for all.`,
    },
    nameThem,
    asNumbers,
  )
  if (picked === asNumbers) return { takeUnnamed: true }
  if (picked !== nameThem) return undefined
  const names: { readonly labelValue: number; readonly name: string }[] = []
  for (const [at, labelValue] of labelValues.entries()) {
    const name = await vscode.window.showInputBox({
      title: `Names of ${labelMap} (${at + 1}/${labelValues.length})`,
      prompt: `What is label value ${labelValue}?`,
      ignoreFocusOut: true,
      validateInput: (text) => {
        if (text.trim() === '') return 'Give it a name.'
        return names.some((one) => one.name === text.trim()) ? 'Another value has this name already.' : undefined
      },
    })
    if (name === undefined) return undefined
    names.push({ labelValue, name: name.trim() })
  }
  return { names }
}
