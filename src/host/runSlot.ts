/** Something that runs: of a scan or of a folder of them. */
export interface Activity {
  readonly kind: 'scan' | 'folder'
  cancel(): void
}

/** What a slot tells. */
export interface RunSlotListeners {
  /** Something was to run while something else does. */
  onRefused(): void
  /** What runs from now on; null for nothing. */
  onChange(running: Activity | null): void
}

/** The one place that a running activity takes: runs of scans and of folders share the engine and the user's eyes. */
export class RunSlot {
  private activity: Activity | null = null

  constructor(private readonly listeners: RunSlotListeners) {}

  running(): Activity | null {
    return this.activity
  }

  /** Whether the slot is free; tells when it is not. */
  isFree(): boolean {
    if (this.activity === null) return true
    this.listeners.onRefused()
    return false
  }

  /** Takes the slot for an activity; false when another one has it, which is told. */
  take(activity: Activity): boolean {
    if (!this.isFree()) return false
    this.set(activity)
    return true
  }

  /** Frees the slot at the end of an activity. */
  leave(activity: Activity): void {
    if (this.activity === activity) this.set(null)
  }

  /** Tells what runs to stop. */
  cancel(): void {
    this.activity?.cancel()
  }

  private set(activity: Activity | null): void {
    this.activity = activity
    this.listeners.onChange(activity)
  }
}
