import { freeLabelMapName, labelMapNameOf } from '../../shared/labelMapNames.js'
import { filesBeside, rivalFolders } from './labelMaps.js'
import type { ScanSession } from './scanSession.js'

/** Begins a new label map of the scan, without structures, and shows it. */
export async function beginLabelMap(session: ScanSession): Promise<void> {
  const { document, shared } = session
  const names = [...(await filesBeside(document.stem)), ...document.labels.unsavedNames()]
  const plain = labelMapNameOf(document.name)
  const name = names.includes(plain) ? freeLabelMapName(document.name, names, await rivalFolders(document.stem)) : plain
  document.labels.open({ name, stamp: null, structures: [] })
  shared.shown = name
  await session.lookForLabelMaps()
}
