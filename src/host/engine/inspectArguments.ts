/** Set to a port of this machine, the engine process listens there for a debugger. */
const INSPECT_VARIABLE = 'MEDLSAM_ENGINE_INSPECT'
const HIGHEST_PORT = 65_535

/** Arguments of Node that let a debugger attach to the engine process; none without a port. */
export function inspectArguments(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const text = environment[INSPECT_VARIABLE] ?? ''
  const port = /^\d+$/.test(text) ? Number(text) : 0
  // A debugger may run any code in the process, so only this machine may attach.
  return port > 0 && port <= HIGHEST_PORT ? [`--inspect=127.0.0.1:${port}`] : []
}
