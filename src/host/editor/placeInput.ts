import * as vscode from 'vscode'

const NUMBER = String.raw`[-+]?\d+(\.\d+)?`
const PLACE = new RegExp(String.raw`^\s*(\d+|${NUMBER}[\s,;]+${NUMBER}[\s,;]+${NUMBER})\s*$`)

/** Asks for a slice of the active plane or a point; undefined when the user thinks better of it. */
export function askForPlace(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Go to Slice or Point',
    prompt: 'Number of a slice of the active plane, such as 34, or a point in mm, such as 12, -30.5, 70',
    validateInput: (text) =>
      text === '' || PLACE.test(text) ? null : 'One whole number for a slice, or three numbers for a point in mm.',
  })
}
