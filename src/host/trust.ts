import * as vscode from 'vscode'

/** Does work in a trusted workspace; elsewhere says what is missing and offers to give it. */
export async function whenTrusted(work: () => unknown): Promise<void> {
  if (vscode.workspace.isTrusted) await work()
  // Not awaited: the message stays until the user does something about it.
  else void askForTrust()
}

async function askForTrust(): Promise<void> {
  const manage = 'Manage Workspace Trust'
  const picked = await vscode.window.showWarningMessage(
    'Trust this workspace first: MedLSAM would read and write files that it names.',
    manage,
  )
  if (picked === manage) await vscode.commands.executeCommand('workbench.trust.manage')
}
