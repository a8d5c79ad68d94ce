import { refineMethod, segmentBoxMethod } from '../../protocol/rpc.js'
import type { ScanSession } from '../editor/scanSession.js'
import type { EngineClient } from '../engine/engineClient.js'
import { chosenSegmenter } from '../models/chosenSegmenter.js'
import { SegmenterCorrections } from './segmenterCorrections.js'

/** The corrections by the segmenter of every scan that is open, as long as it is. */
export class CorrectionKeeper {
  private readonly bySession = new WeakMap<ScanSession, SegmenterCorrections>()

  constructor(private readonly engine: Pick<EngineClient, 'run'>) {}

  of(session: ScanSession): SegmenterCorrections {
    const known = this.bySession.get(session)
    if (known !== undefined) return known
    const { document, panels } = session
    // The user may choose another one meanwhile.
    const segmenter = (): string => chosenSegmenter(document.uri)
    const corrections = new SegmenterCorrections({
      paths: () => document.paths(),
      labels: document.labels,
      refine: (request, listeners) => this.engine.run(refineMethod, { segmenter: segmenter(), ...request }, listeners),
      segmentBox: (request, signal) =>
        this.engine.run(segmentBoxMethod, { segmenter: segmenter(), ...request }, { signal }),
      onChange: (view) => {
        for (const panel of panels) panel.send({ type: 'corrections', corrections: view })
      },
      onEarly: (labelMap, runs) => {
        for (const panel of panels)
          if (panel.drawn === labelMap) panel.send({ type: 'earlyCorrection', labelMap, runs })
      },
    })
    document.onDidChangeLabels(() => {
      corrections.onLabelsChanged()
    })
    document.onDidRevertLabels(() => {
      corrections.onLabelsChanged()
    })
    this.bySession.set(session, corrections)
    return corrections
  }
}
