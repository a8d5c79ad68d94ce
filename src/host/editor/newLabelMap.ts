import { freeLabelMapName, labelMapNameOf } from '../../shared/labelMapNames.js'
import { filesBeside, rivalFolders } from './labelMaps.js'
import type { ScanDocument } from './scanDocument.js'
import type { ScanSession } from './scanSession.js'

/** Begins a new label map of the scan, without structures, and shows it. */
export async function beginLabelMap(session: ScanSession): Promise<void> {
  const { document, shared } = session
  const name = await freeName(document)
  document.labels.open({ name, stamp: null, structures: [] })
  shared.shown = name
  await session.lookForLabelMaps()
}

/** A name for one more label map of a scan. */
export async function freeName({ name, stem, labels }: ScanDocument): Promise<string> {
  const names = [...(await filesBeside(stem)), ...labels.unsavedNames()]
  const plain = labelMapNameOf(name)
  return names.includes(plain) ? freeLabelMapName(name, names, await rivalFolders(stem)) : plain
}
