import type { TemplateCheckReport } from '../../protocol/rpc.js'
import type { TemplateSet } from '../../shared/templateSet.js'

/** The rows of a check that still hold: those of points that are what they were when they were checked. */
export function currentCheck(report: TemplateCheckReport, checked: TemplateSet, now: TemplateSet): TemplateCheckReport {
  return {
    ...report,
    rows: report.rows.filter(({ template, structure }) => {
      const was = pointsOf(checked, template, structure)
      return was !== null && was === pointsOf(now, template, structure)
    }),
  }
}

function pointsOf(set: TemplateSet, template: string, structure: string): string | null {
  const scan = set.scans.find(({ id }) => id === template)
  return scan !== undefined && Object.hasOwn(scan.structures, structure)
    ? JSON.stringify([scan.path, scan.sha256, scan.structures[structure].points])
    : null
}
