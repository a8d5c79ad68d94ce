import { describe, expect, it } from 'vitest'
import { errorLine, remedyText } from '../../../src/cli/remedyFlags.js'

describe('what helps, in the words of the command line', () => {
  it('follows what is wrong', () => {
    expect(errorLine({ message: 'It is no CT: choose a CT scan.', remedy: { option: 'forceHu' } })).toBe(
      'It is no CT: choose a CT scan. With --force-hu it is taken as CT in HU.',
    )
    expect(errorLine({ message: 'It is gone.' })).toBe('It is gone.')
  })

  it('carries what the engine has found out', () => {
    expect(remedyText({ option: 'timePoint', timePoints: 5 })).toBe('Choose with --time-point 0 to 4.')
    expect(remedyText({ option: 'maxBytes', needsBytes: 16e9 })).toBe('Raise the limit with --max-bytes 15259M.')
    expect(remedyText({ option: 'downloadModel', id: 'tiny', precision: null })).toBe(
      'Use "medlsam models download tiny".',
    )
    expect(remedyText({ option: 'downloadModel', id: 'tiny', precision: 'fp16' })).toBe(
      'Use "medlsam models download tiny --precision fp16".',
    )
    expect(remedyText({ option: 'removeModel', id: 'tiny', precision: 'fp32' })).toBe(
      'Remove it with "medlsam models remove tiny --precision fp32".',
    )
  })
})
