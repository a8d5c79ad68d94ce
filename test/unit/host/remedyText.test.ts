import { describe, expect, it } from 'vitest'
import { EngineError } from '../../../src/host/engine/engineErrors.js'
import { errorText } from '../../../src/host/errorText.js'
import { remedyText } from '../../../src/host/remedyText.js'
import { remedySchema, type Remedy } from '../../../src/shared/errorData.js'

const ALL: readonly Remedy[] = remedySchema.options.map((option) =>
  remedySchema.parse({
    option: option.unwrap().shape.option.value,
    timePoints: 5,
    needsBytes: 16e9,
    id: 'tiny',
    precision: 'fp32',
    labelValues: [1],
  }),
)

describe('what helps, in the words of the extension', () => {
  it('follows what is wrong when the engine knows it', () => {
    const error = new EngineError({
      kind: 'usage',
      message: 'Downloads are turned off.',
      remedy: { option: 'offline' },
    })
    expect(errorText(error)).toBe(
      'Downloads are turned off. Turn off the setting "medlsam.models.offline" to download.',
    )
    expect(errorText(new EngineError({ kind: 'input', message: 'It is gone.' }))).toBe('It is gone.')
    expect(errorText(new Error('no'))).toBe('no')
  })

  it.each(ALL)('names no option of the command line: $option', (remedy) => {
    expect(remedyText(remedy) ?? '').not.toMatch(/--[a-z]|"medlsam [a-z]/)
  })
})
