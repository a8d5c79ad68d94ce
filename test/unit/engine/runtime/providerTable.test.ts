import { mkdtemp, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openNetwork, listedProviders, runtimeFolder, RUNTIME_VERSION } from '../../../../src/engine/runtime/onnx.js'
import {
  autoCandidates,
  GPU_RUNTIME_FILES,
  missingFiles,
  platformProviders,
} from '../../../../src/engine/runtime/providerTable.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const names = (platform: string, arch: string): string[] =>
  platformProviders(platform, arch).map(({ provider }) => provider)

describe('the table of providers', () => {
  it('has what ONNX Runtime offers on each platform, the CPU last', () => {
    expect(names('linux', 'x64')).toEqual(['tensorrt', 'cuda', 'webgpu', 'cpu'])
    expect(names('linux', 'arm64')).toEqual(['cpu'])
    expect(names('win32', 'x64')).toEqual(['directml', 'webgpu', 'cpu'])
    expect(names('darwin', 'arm64')).toEqual(['coreml', 'webgpu', 'cpu'])
    expect(names('plan9', 'mips')).toEqual(['cpu'])
  })

  it('agrees with this build of ONNX Runtime', () => {
    expect(
      platformProviders()
        .map(({ provider }) => provider)
        .sort(),
    ).toEqual(listedProviders().sort())
    expect(RUNTIME_VERSION).toMatch(/^1\.\d+\.\d+$/)
  })

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'takes CUDA into account only when its files are there',
    async () => {
      const binaries = await mkdtemp(path.join(folder, 'bin-'))
      expect(missingFiles('cuda', binaries)).toEqual([GPU_RUNTIME_FILES[0], GPU_RUNTIME_FILES[1]])
      expect(autoCandidates(binaries)).not.toContain('cuda')
      for (const file of GPU_RUNTIME_FILES) await writeFile(path.join(binaries, file), '')
      expect(missingFiles('cuda', binaries)).toEqual([])
      expect(autoCandidates(binaries).at(-1)).toBe('cpu')
    },
  )

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'says how to get the files of CUDA when someone asks for it',
    async () => {
      if (missingFiles('cuda', runtimeFolder()).length === 0) return
      const network = await openNetwork(path.resolve(import.meta.dirname, '../../../../models/correlate.onnx'), {
        provider: 'cuda',
      })
      expect(network.provider).toBe('cpu')
      expect(network.providerNote).toContain('needs the GPU runtime of ONNX Runtime')
      await network.release()
    },
  )
})
