import type { ErrorData, Remedy } from '../shared/errorData.js'

/** An error as the command line says it: what is wrong, and with which option or command to go on. */
export function errorLine({ message, remedy }: Pick<ErrorData, 'message' | 'remedy'>): string {
  return remedy === undefined ? message : `${message} ${remedyText(remedy)}`
}

/** What helps, as a sentence with the options and commands of the command line. */
export function remedyText(remedy: Remedy): string {
  switch (remedy.option) {
    case 'forceHu':
      return 'With --force-hu it is taken as CT in HU.'
    case 'huOffset':
      return `With --hu-offset ${remedy.offset} that is done.`
    case 'timePoint':
      return `Choose with --time-point 0 to ${remedy.timePoints - 1}.`
    case 'maxBytes':
      return `Raise the limit with --max-bytes ${Math.ceil(remedy.needsBytes / 2 ** 20)}M.`
    case 'normalisation':
      return 'Say --normalisation sam (mean and std, filled up to a square) or --normalisation minMax (0 to 1, stretched, as MedSAM), or the id of a known model (--id medsam-vit-b).'
    case 'noPreparation':
      return 'Leave out --normalisation and --fit.'
    case 'id':
      return 'Choose another id with --id.'
    case 'acceptLicense':
      return 'Accept it with --accept-license.'
    case 'acceptUnverified':
      return 'Take them with --accept-unverified.'
    case 'offline':
      return 'Leave out --offline to download.'
    case 'downloadModel':
      return `Use "medlsam models download ${remedy.id}${remedy.precision === null ? '' : ` --precision ${remedy.precision}`}".`
    case 'removeModel':
      return `Remove it with "medlsam models remove ${remedy.id} --precision ${remedy.precision}".`
    case 'segmenter':
      return 'Name it with --segmenter.'
    case 'localizer':
      return 'Name it with --medlam.'
    case 'modelsFolder':
      return 'Name another with --models-folder.'
    case 'buildBank':
      return 'Use "medlsam bank build".'
    case 'nameLabels':
      return 'Name them with --label-names.'
    case 'createTemplates':
      return 'Use "medlsam template create".'
    case 'out':
      return 'Name another with --out.'
    case 'force':
      return 'With --force it is replaced.'
    case 'series':
      return 'Choose with --series and its number or UID; "medlsam dicom list" lists them.'
    case 'sourceSeries':
      return 'Name it with --series FOLDER, of the slices that the label map was made of.'
    case 'singleScan':
      return 'For one scan use "medlsam segment".'
    case 'allEdits':
      return 'Send all edits.'
    case 'jobs':
      return 'Use fewer --jobs.'
  }
}
