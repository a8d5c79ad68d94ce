import { efficientsamLayout } from './efficientsam.js'
import type { ExportLayout } from './exportLayout.js'
import { litemedsamLayout } from './litemedsam.js'
import { medficientsamLayout } from './medficientsam.js'
import { metaLayout } from './meta.js'
import { optimumBoxesLayout } from './optimumBoxes.js'
import { optimumPointsLayout } from './optimumPoints.js'
import { sam2Layout } from './sam2.js'
import { sam2HubLayout } from './sam2Hub.js'
import { samexporterLayout } from './samexporter.js'

/** Every export layout, the more particular before the more general. */
export const EXPORT_LAYOUTS: readonly ExportLayout[] = [
  efficientsamLayout,
  medficientsamLayout,
  litemedsamLayout,
  sam2Layout,
  sam2HubLayout,
  optimumBoxesLayout,
  optimumPointsLayout,
  samexporterLayout,
  metaLayout,
]
