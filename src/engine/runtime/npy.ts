import { readFile } from 'node:fs/promises'
import { sha256Of } from '../../shared/node/hash.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { NetworkTensor } from './network.js'

const MAGIC = Buffer.from('\x93NUMPY', 'latin1')
/** No constant beside a network is larger. */
const MOST_NUMBERS = 64 * 1024 * 1024

/**
 * Reads a tensor of 32-bit floats from NumPy's format (versions 1 to 3, little-endian, C order), which some exports use
 * for constants beside the networks. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @param sha256 Expected hash in lower-case hexadecimal.
 * @throws MedlsamError `model` for anything else
 */
export async function readNpy(file: string, sha256?: string): Promise<NetworkTensor> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new MedlsamError('model', `The model file ${file} cannot be read: check that it is there.`, file, { cause })
  })
  if (sha256 !== undefined && sha256Of(bytes) !== sha256) {
    throw new MedlsamError(
      'model',
      `The model file ${file} has another SHA-256 than expected: it is damaged or another version, so install it again.`,
      file,
    )
  }
  const tensor = parse(bytes)
  if (tensor === null)
    throw new MedlsamError(
      'model',
      `The model file ${file} is not a NumPy file of little-endian 32-bit floats in C order: write it again with numpy.save.`,
      file,
    )
  return tensor
}

function parse(bytes: Buffer): NetworkTensor | null {
  if (bytes.length < 12 || !bytes.subarray(0, 6).equals(MAGIC)) return null
  const long = bytes[6] >= 2
  const start = long ? 12 : 10
  const headerLength = long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8)
  const header = bytes.toString('latin1', start, start + headerLength)
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)
  if (shape === null || !/'descr':\s*'<f4'/.test(header) || !/'fortran_order':\s*False/.test(header)) return null
  const dims = shape[1]
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number)
  const count = dims.reduce((product, n) => product * n, 1)
  const body = bytes.subarray(start + headerLength)
  if (count > MOST_NUMBERS || body.length !== 4 * count) return null
  // A copy: the header may leave the numbers at an address that a Float32Array cannot start at.
  return { data: new Float32Array(Uint8Array.from(body).buffer), dims }
}
