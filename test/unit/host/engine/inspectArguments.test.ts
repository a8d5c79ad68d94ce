import { describe, expect, it } from 'vitest'
import { inspectArguments } from '../../../../src/host/engine/inspectArguments.js'

describe('a debugger for the engine process', () => {
  it('may attach to the port in MEDLSAM_ENGINE_INSPECT, from this machine only', () => {
    expect(inspectArguments({ MEDLSAM_ENGINE_INSPECT: '9230' })).toEqual(['--inspect=127.0.0.1:9230'])
  })

  it.each([undefined, '', '0', '65536', '0.0.0.0:9230', 'yes'])('is not waited for when that is %j', (value) => {
    expect(inspectArguments({ MEDLSAM_ENGINE_INSPECT: value })).toEqual([])
  })
})
