/** Holds a run between two scans. */
export interface PauseGate {
  pause(): void
  resume(): void
  isPaused(): boolean
  /** Resolves while it is open, and as soon as it opens or the signal is aborted. */
  pass(signal?: AbortSignal): Promise<void>
}

/** Makes a gate that is open. */
export function makePauseGate(): PauseGate {
  let opened: Promise<void> | null = null
  let open = (): void => undefined
  return {
    pause() {
      if (opened !== null) return
      opened = new Promise((resolve) => {
        open = resolve
      })
    },
    resume() {
      opened = null
      open()
    },
    isPaused: () => opened !== null,
    async pass(signal) {
      while (opened !== null && signal?.aborted !== true) {
        const stopped = new Promise<void>((resolve) =>
          signal?.addEventListener(
            'abort',
            () => {
              resolve()
            },
            { once: true },
          ),
        )
        await Promise.race([opened, stopped])
      }
    },
  }
}
