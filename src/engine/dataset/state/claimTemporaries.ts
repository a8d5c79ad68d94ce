import { randomBytes } from 'node:crypto'
import { sha256Of } from '../../../shared/node/hash.js'
import { thisProcess, type ProcessIdentity } from './processIdentity.js'

/** A name for a temporary file that says whose it is also before anything is in it. */
export function temporaryName({ machine, pid, startedAt }: ProcessIdentity): string {
  return `${shortHash(machine)}-${pid}-${startedAt ?? ''}-${randomBytes(4).toString('hex')}.tmp`
}

/** The process of this machine that a temporary file's name tells; null for others. */
export async function ownerByName(file: string): Promise<ProcessIdentity | null> {
  const parts = /^([0-9a-f]{8})-(\d+)-(\d*)-[0-9a-f]+\.tmp$/.exec(file)
  const { machine } = await thisProcess()
  return parts === null || parts[1] !== shortHash(machine)
    ? null
    : { machine, pid: Number(parts[2]), startedAt: parts[3] === '' ? null : parts[3] }
}

function shortHash(text: string): string {
  return sha256Of(text).slice(0, 8)
}
