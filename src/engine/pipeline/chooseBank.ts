import { defined } from '../../shared/defined.js'
import type { Volume } from '../../shared/geometry/volume.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import { openAlignmentRunner } from '../alignment/openRunner.js'
import { prepareScan } from '../alignment/prepareScan.js'
import type { TemplateBank } from '../medlam/templateBank.js'

/** So many templates of each bank, its first ones, are laid over the scan. */
const TRIED = 3

/**
 * The bank that fits a scan: the one of whose templates one has edges most alike under an affine map.
 * @param banks at least one
 * @throws MedlsamError `cancelled`
 */
export async function chooseBank(
  scan: Pick<Volume, 'data' | 'size' | 'affine'>,
  banks: readonly TemplateBank[],
  { threads, signal }: { readonly threads: number | undefined; readonly signal?: AbortSignal },
): Promise<TemplateBank> {
  if (banks.length === 1) return banks[0]
  const tried = banks.flatMap((bank) =>
    bank.templates
      .flatMap(({ alignment }) => alignment ?? [])
      .slice(0, TRIED)
      .map((template) => ({ bank, template })),
  )
  const runner = openAlignmentRunner(threads)({
    scan: prepareScan(scan),
    templates: tried.map(({ template }) => template),
  })
  try {
    const outcomes = await runner.run(
      tried.map((_, template) => ({ kind: 'fit', template, starts: [] })),
      { ...defined({ signal }), onDone: () => undefined },
    )
    let best = { bank: banks[0], edges: -1 }
    for (const [i, { fit }] of outcomes.entries())
      if (fit != null && fit.edges > best.edges) best = { bank: tried[i].bank, edges: fit.edges }
    return best.bank
  } catch (error) {
    throwIfCancelled(signal)
    throw error
  } finally {
    await runner.close()
  }
}
