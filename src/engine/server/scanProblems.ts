import type { ScanProblems } from '../../protocol/rpc.js'
import { templateProblem } from '../templates/buildBank.js'
import { readTemplateSet } from '../templates/templateSetFile.js'

/** Compares every scan of a set with the hash it had when its points were set. */
export async function scanProblems(setPath: string): Promise<ScanProblems> {
  const { scans } = await readTemplateSet(setPath)
  const problems: Record<string, string> = {}
  for (const scan of scans) {
    const problem = await templateProblem(setPath, scan)
    if (problem !== null) problems[scan.id] = problem
  }
  return problems
}
