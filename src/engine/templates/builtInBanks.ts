import type { Structure } from '../../shared/structure.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { AUTO_TEMPLATES } from '../../shared/requests.js'

/**
 * All built-in banks as one, of which each scan takes the one that fits it.
 * @param banks at least one
 */
export function joinBanks(banks: readonly TemplateBank[]): TemplateBank {
  const structures = new Map<string, Structure>()
  for (const structure of banks.flatMap((bank) => bank.structures))
    if (!structures.has(structure.name)) structures.set(structure.name, structure)
  return {
    ...banks[0],
    name: AUTO_TEMPLATES,
    structures: [...structures.values()],
    templates: banks.flatMap(({ templates }) => templates),
    calibrations: new Map(banks.flatMap(({ calibrations }) => [...calibrations])),
    // Each is about its own region, and the bank that a scan takes speaks for itself.
    reliability: [],
    credit: banks.map(({ credit }) => credit).join(' '),
  }
}
