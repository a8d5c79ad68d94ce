import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import envPaths from 'env-paths'
import { inputError } from '../../../shared/inputError.js'
import { outputError } from '../../../shared/node/wholeFiles.js'
import { uidOfHash } from './dicomUid.js'
import type { SourceSeries } from './sourceSeries.js'

const KEY_BYTES = 32
const NAME_LENGTH = 12

/** Where the key of pseudonyms lies: in the user's data folder. */
function defaultKeyFile(): string {
  return path.join(envPaths('medlsam', { suffix: '' }).data, 'pseudonyms.key')
}

/**
 * The same series with pseudonyms instead of names, ids and UIDs, and without dates. The same patient, study and slice
 * have the same pseudonyms again on this machine; they cannot be told from them without the key, which is made on first
 * use and stays in the user's data folder.
 * @throws MedlsamError `output` and `input` where the key cannot be written or read
 */
export async function withPseudonyms(series: SourceSeries, keyFile = defaultKeyFile()): Promise<SourceSeries> {
  const key = await openKey(keyFile)
  const hashOf = (kind: string, text: string): string =>
    createHmac('sha256', key).update(`${kind}\0${text}`).digest('hex')
  const uid = (text: string): string => uidOfHash(hashOf('uid', text))
  const { patientId, patientName, studyUid } = series.identity
  const pseudonym = hashOf('patient', JSON.stringify([patientId, patientName]))
    .slice(0, NAME_LENGTH)
    .toUpperCase()
  return {
    ...series,
    identity: {
      patientName: pseudonym,
      patientId: pseudonym,
      birthDate: '',
      sex: '',
      studyUid: uid(studyUid),
      studyDate: '',
      studyTime: '',
      studyId: '',
      accessionNumber: '',
      isDeidentified: true,
    },
    seriesUid: uid(series.seriesUid),
    frameOfReferenceUid: uid(series.frameOfReferenceUid),
    images: series.images.map(({ sopClassUid, sopInstanceUid }) => ({
      sopClassUid,
      sopInstanceUid: uid(sopInstanceUid),
    })),
  }
}

async function openKey(file: string): Promise<Buffer> {
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw outputError(file, error)
  }
  const key = await readFile(file)
  if (key.length === KEY_BYTES) return key
  throw inputError(file, `The key of pseudonyms ${file} is damaged: restore it, or delete it for new pseudonyms.`)
}
