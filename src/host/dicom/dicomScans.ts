import * as vscode from 'vscode'
import {
  clearVolumesMethod,
  openableSeriesMethod,
  seriesStemMethod,
  seriesVolumeMethod,
  type ClearedVolumes,
  type SeriesVolume,
} from '../../protocol/rpc.js'
import type { OpenableSeries } from '../../shared/openableSeries.js'
import type { Progress } from '../../shared/progress.js'
import type { EngineClient } from '../engine/engineClient.js'

/** DICOM series, which the engine reads: a slice stands for its series, and a volume in a cache is what is shown of it. */
export class DicomScans {
  constructor(
    private readonly engine: Pick<EngineClient, 'ask' | 'run'>,
    /** Where volumes of series are kept. */
    readonly cacheFolder: vscode.Uri,
  ) {}

  /** The series of a folder and what is below it. @throws Error with one sentence */
  async seriesIn(folder: vscode.Uri): Promise<readonly OpenableSeries[]> {
    checkReadable(folder)
    return this.engine.ask(openableSeriesMethod, { folder: folder.fsPath })
  }

  /**
   * What the names of the points and label maps of a series begin with; of one that cannot be read, which its editor says,
   * the folder of the slice.
   */
  async stemOf(slice: vscode.Uri): Promise<vscode.Uri> {
    try {
      checkReadable(slice)
      return vscode.Uri.file((await this.engine.ask(seriesStemMethod, { scanPath: slice.fsPath })).stem)
    } catch {
      return vscode.Uri.joinPath(slice, '..')
    }
  }

  /** Has a volume made of the series of a slice, unless there is one. @throws Error with one sentence, RunCancelled */
  async volumeOf(
    slice: vscode.Uri,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<SeriesVolume> {
    checkReadable(slice)
    const request = {
      scanPath: slice.fsPath,
      cacheFolder: this.cacheFolder.fsPath,
      cacheBytes: settingMb('dicom.cacheSizeMb', 4096),
      maxBytes: settingMb('editor.maxSizeMb', 1024),
    }
    return this.engine.run(seriesVolumeMethod, request, { signal, onProgress })
  }

  /** Deletes the volumes of all series. */
  clear(): Promise<ClearedVolumes> {
    return this.engine.ask(clearVolumesMethod, { cacheFolder: this.cacheFolder.fsPath })
  }
}

function settingMb(name: string, usual: number): number {
  return vscode.workspace.getConfiguration('medlsam').get(name, usual) * 2 ** 20
}

/** The engine reads slices, by their paths. */
function checkReadable(place: vscode.Uri): void {
  if (place.scheme !== 'file')
    throw new Error('DICOM is read from folders of this machine only: copy the series here, then open it.')
  if (!vscode.workspace.isTrusted)
    throw new Error(
      'DICOM is read in trusted workspaces only: trust this one ("Manage Workspace Trust"), then try again.',
    )
}
