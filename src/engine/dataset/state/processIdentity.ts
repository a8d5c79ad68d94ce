import { readFile, readlink } from 'node:fs/promises'
import os from 'node:os'

/** A process, told apart from every other one that ever ran on any machine. */
export interface ProcessIdentity {
  /** The running system: its name, when it was booted, and the container's process numbers. */
  readonly machine: string
  readonly pid: number
  /** When the process began, in the system's own terms; null where it cannot be told. */
  readonly startedAt: string | null
}

let own: Promise<ProcessIdentity> | undefined

/** This process. */
export function thisProcess(): Promise<ProcessIdentity> {
  return (own ??= Promise.all([thisMachine(), statFields(process.pid)]).then(([machine, fields]) => ({
    machine,
    pid: process.pid,
    startedAt: fields?.startedAt ?? null,
  })))
}

/** Whether a process still runs; `unknown` when it is (or was) on another machine, or its number may have a new process by now. */
export async function isAlive({ machine, pid, startedAt }: ProcessIdentity): Promise<'alive' | 'dead' | 'unknown'> {
  if (machine !== (await thisProcess()).machine) return 'unknown'
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return 'dead'
  }
  const fields = await statFields(pid)
  if (fields === null || startedAt === null) return 'unknown'
  // Killed and not yet fetched by its parent, or its number was given to a new process since.
  return fields.state === 'Z' || fields.startedAt !== startedAt ? 'dead' : 'alive'
}

async function thisMachine(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const numbers = await readlink('/proc/self/ns/pid').catch(() => '')
  return [os.hostname(), boot.trim(), numbers].join(' ').trim()
}

/**
 * State of a process and ticks between boot and its start: fields 3 and 22 of Linux's `/proc/PID/stat`,
 * counted after the name in brackets. Null on other systems.
 */
async function statFields(pid: number): Promise<{ readonly state: string; readonly startedAt: string } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0], startedAt: fields[19] }
}
