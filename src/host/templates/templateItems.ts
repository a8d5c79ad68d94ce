import * as vscode from 'vscode'
import { EXTREME_SIDES } from '../../shared/geometry/points.js'
import { templateScanPath } from '../../shared/node/templateSetPaths.js'
import type { TemplateScan } from '../../shared/templateSet.js'
import { scansOfStructure } from '../../shared/templateSetEdit.js'
import type { StoredBank, StoredSet, TemplateStore } from './templateStore.js'
import type { TemplateNode } from './templateNode.js'

/** How a node of the Templates view looks. */
export function templateItem(node: TemplateNode, store: TemplateStore): vscode.TreeItem {
  switch (node.kind) {
    case 'set':
      return setItem(store.set(node.setPath), node.setPath)
    case 'structure':
      return structureItem(store.set(node.setPath), node.structure)
    case 'scan':
      return scanItem(store.set(node.setPath), node.structure, node.scanId)
    case 'bank':
      return bankItem(store.bank(node.id), node.id)
    case 'bankStructure': {
      const info = store.bank(node.bank)?.info
      const item = new vscode.TreeItem(node.structure)
      item.description = `${info?.templates.filter(({ structures }) => structures.includes(node.structure)).length ?? 0} scans`
      item.iconPath = new vscode.ThemeIcon('symbol-field')
      item.contextValue = 'bankStructure'
      return item
    }
  }
}

function bankItem(bank: StoredBank | undefined, id: string): vscode.TreeItem {
  const item = new vscode.TreeItem(bank?.name ?? id, vscode.TreeItemCollapsibleState.Collapsed)
  item.id = `bank ${id}`
  item.contextValue = 'bank'
  if (bank === undefined) return item
  const { info, problem, builtIn } = bank
  const kind = builtIn ? 'built in' : 'bank file'
  if (problem !== null) {
    item.description = 'cannot be used'
    item.tooltip = problem
    item.iconPath = new vscode.ThemeIcon('error')
    return item
  }
  item.description =
    info === null ? kind : `${kind} · ${info.structures.length} structures, ${info.templates.length} scans`
  item.tooltip = [builtIn ? 'Template bank that comes with MedLSAM.' : id, info?.credit ?? '']
    .filter((text) => text !== '')
    .join('\n')
  item.iconPath = new vscode.ThemeIcon('library')
  return item
}

function setItem(stored: StoredSet | undefined, setPath: string): vscode.TreeItem {
  const item = new vscode.TreeItem(stored?.name ?? setPath, vscode.TreeItemCollapsibleState.Expanded)
  item.id = setPath
  item.contextValue = 'set'
  item.tooltip = setPath
  if (stored?.set == null) {
    item.description = 'cannot be read'
    item.tooltip = stored?.problem ?? setPath
    item.iconPath = new vscode.ThemeIcon('error')
    return item
  }
  const { structures, scans } = stored.set
  const problems = stored.scanProblems.size
  item.description = `${structures.length} structures, ${scans.length} ${scans.length === 1 ? 'scan' : 'scans'}${problems > 0 ? ` · ${problems} ${problems === 1 ? 'warning' : 'warnings'}` : ''}`
  item.iconPath = new vscode.ThemeIcon(problems > 0 ? 'warning' : 'folder-library')
  return item
}

function structureItem(stored: StoredSet | undefined, name: string): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed)
  item.id = `${stored?.path ?? ''}/${name}`
  item.contextValue = 'structure'
  const scans = stored?.set ? scansOfStructure(stored.set, name) : []
  const points = scans.length * EXTREME_SIDES.length
  const errors = stored?.check?.rows.filter((row) => row.structure === name) ?? []
  const measured = errors.map((row) => row.wallErrorMm)
  const mean = measured.reduce((sum, mm) => sum + mm, 0) / measured.length
  item.description = `${scans.length} ${scans.length === 1 ? 'scan' : 'scans'}, ${points} points${measured.length > 0 ? ` · error ${mean.toFixed(1)} mm` : ''}`
  item.iconPath = new vscode.ThemeIcon(errors.some((row) => row.flagged) ? 'warning' : 'symbol-field')
  return item
}

function scanItem(stored: StoredSet | undefined, structure: string, scanId: string): vscode.TreeItem {
  const item = new vscode.TreeItem(scanId)
  const scan: TemplateScan | undefined = stored?.set?.scans.find(({ id }) => id === scanId)
  if (stored === undefined || scan === undefined) return item
  item.id = `${stored.path}/${structure}/${scanId}`
  item.contextValue = 'scanOfStructure'
  item.checkboxState = {
    state: scan.enabled ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
    tooltip: scan.enabled
      ? 'Used: click to leave this scan out of all structures of the set'
      : 'Not used: click to use it again',
    accessibilityInformation: { label: `Use ${scanId} as a template` },
  }
  const problem = stored.scanProblems.get(scanId)
  const row = stored.check?.rows.find((candidate) => candidate.template === scanId && candidate.structure === structure)
  const error = row === undefined ? '' : `error ${row.wallErrorMm.toFixed(1)} mm`
  item.description = [
    problem === undefined ? '' : 'moved or changed',
    error,
    row?.flagged === true ? 'check its points' : '',
  ]
    .filter((text) => text !== '')
    .join(' · ')
  item.tooltip = problem ?? templateScanPath(stored.path, scan)
  item.iconPath = new vscode.ThemeIcon(problem !== undefined || row?.flagged === true ? 'warning' : 'file-media')
  item.command = {
    command: 'medlsam.openScan',
    title: 'Open Scan',
    arguments: [vscode.Uri.file(templateScanPath(stored.path, scan))],
  }
  return item
}
