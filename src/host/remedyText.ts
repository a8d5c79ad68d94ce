import type { ErrorData, Remedy } from '../shared/errorData.js'

/** An error of the engine as the extension says it: what is wrong, and where to go on. */
export function engineErrorText({ message, remedy }: Pick<ErrorData, 'message' | 'remedy'>): string {
  const more = remedy === undefined ? null : remedyText(remedy)
  return more === null ? message : `${message} ${more}`
}

/** What helps, as a sentence with the commands, views and settings of the extension; null where the error says it all. */
export function remedyText(remedy: Remedy): string | null {
  switch (remedy.option) {
    case 'forceHu':
      return 'Run "Localize & Segment" on the scan alone to say so.'
    case 'huOffset':
      return 'Run "Localize & Segment" on the scan alone to have it done.'
    case 'timePoint':
      return 'Run "Localize & Segment" on the scan alone to choose one.'
    case 'maxBytes':
      return 'Run "Localize & Segment" on the scan alone to raise it.'
    case 'normalisation':
    case 'noPreparation':
    case 'id':
      return 'Start "Import Model" again.'
    case 'acceptLicense':
    case 'acceptUnverified':
    case 'downloadModel':
      return '"Download Model" in the Models view does it, and asks first where something must be accepted.'
    case 'offline':
      return 'Turn off the setting "medlsam.models.offline" to download.'
    case 'removeModel':
      return '"Remove Model" in the Models view does it.'
    case 'segmenter':
    case 'localizer':
      return 'Choose another with "Choose Segmenter" in the Models view.'
    case 'modelsFolder':
      return 'Change the setting "medlsam.models.folder".'
    case 'buildBank':
      return 'Or use the template set itself in the Templates view.'
    case 'nameLabels':
      return '"Use this label map as template" in its scan\'s editor asks for them.'
    case 'createTemplates':
      return '"New Template Set" in the Templates view does it.'
    case 'out':
    case 'allEdits':
    case 'jobs':
    case 'sourceSeries':
      return null
    case 'force':
      return 'Run "Localize & Segment" on the scan again to choose.'
    case 'series':
      return 'Keep one series in a folder.'
    case 'singleScan':
      return 'For one scan use "Localize & Segment".'
  }
}
