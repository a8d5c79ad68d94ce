import { access } from 'node:fs/promises'
import { fileSize, readStart, wholeFile } from './fileBytes.js'
import type { ImageHeader } from '../../imageio/imageHeader.js'
import { inputError } from '../../shared/inputError.js'
import { stemOf } from '../../shared/scanNames.js'
import { NIFTI_HEADER_BYTES, parseNiftiHeader } from '../../imageio/nifti/niftiHeader.js'

/**
 * Reads and checks the header of a NIfTI file; of an `.hdr`/`.img` pair either may be named.
 * No voxel is read, and no more than the header is inflated.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function openNifti(path: string): Promise<ImageHeader> {
  await fileSize(path)
  const headerFile = /\.img(\.gz)?$/i.test(path) ? await partner(path, 'hdr') : path
  const header = parseNiftiHeader(await readStart(await wholeFile(headerFile), NIFTI_HEADER_BYTES), headerFile)
  const files = header.isPair ? [headerFile, await partner(headerFile, 'img')] : [headerFile]
  return {
    path,
    size: header.size,
    spacingMm: header.spacingMm,
    affine: header.affine,
    dtype: header.dtype,
    timePoints: header.timePoints,
    scaling: header.scaling,
    warnings: header.warnings,
    niftiHeader: header.bytes,
    files,
    source: {
      stored: await wholeFile(files[files.length - 1]),
      offsetBytes: header.offsetBytes,
      littleEndian: header.littleEndian,
    },
    text: null,
    readVoxels: null,
  }
}

/** The other half of a pair, plain or gzipped, in the letter case of the named one. */
async function partner(path: string, extension: 'hdr' | 'img'): Promise<string> {
  const stem = stemOf(path)
  for (const ending of [extension, `${extension}.gz`, extension.toUpperCase()]) {
    const candidate = `${stem}.${ending}`
    const exists = await access(candidate).then(
      () => true,
      () => false,
    )
    if (exists) return candidate
  }
  throw inputError(path, `${path} is one half of a pair, and ${stem}.${extension} is missing: put both in one folder.`)
}
