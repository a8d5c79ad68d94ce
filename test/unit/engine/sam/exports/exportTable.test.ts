import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../../support/exportCases.js'
import {
  efficientEncoder,
  liteEncoder,
  medficientDecoder,
  sam2Decoder,
  visionEncoder,
} from '../../../../support/exportSignatures.js'
import { samDecoderGraph } from '../../../../support/samGraphs.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()

describe('the export layouts', () => {
  it('does not take pieces of different exports for one', async () => {
    for (const [i, graphs] of [
      [efficientEncoder, sam2Decoder(false)],
      [liteEncoder, medficientDecoder()],
      [visionEncoder, samDecoderGraph(1)],
      [liteEncoder],
    ].entries()) {
      expect((await refusalOf(graphs, `mixed${i}`, folder)).message).toContain('no layout that is known here')
    }
  })
})
