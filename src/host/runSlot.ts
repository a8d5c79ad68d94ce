/** Something that runs: of a scan or of a folder of them. */
export interface Activity {
  readonly kind: 'scan' | 'folder'
  /** Of the scan or folder, for the user. */
  readonly name: string
  cancel(): void
}

/** What a slot tells. */
export interface RunSlotListeners {
  /** What runs from now on, null for nothing, and what waits. */
  onChange(running: Activity | null, waiting: readonly Activity[]): void
}

interface Waiting {
  readonly activity: Activity
  readonly go: (isTurn: boolean) => void
}

/** The one place that a running activity takes; others wait in the order they came. Runs share the engine and the user's eyes. */
export class RunSlot {
  private activity: Activity | null = null
  private readonly queue: Waiting[] = []

  constructor(private readonly listeners: RunSlotListeners) {}

  running(): Activity | null {
    return this.activity
  }

  /** All that runs and waits, in order. */
  all(): readonly Activity[] {
    return [...(this.activity === null ? [] : [this.activity]), ...this.queue.map(({ activity }) => activity)]
  }

  /** What an activity that comes now has to wait for: the last one in the queue; null for nothing. */
  last(): Activity | null {
    return this.all().at(-1) ?? null
  }

  /** Waits until the slot is an activity's; false when it was withdrawn before. */
  turn(activity: Activity): Promise<boolean> {
    if (this.activity === null) {
      this.set(activity)
      return Promise.resolve(true)
    }
    return new Promise((go) => {
      this.queue.push({ activity, go })
      this.tell()
    })
  }

  /** Takes an activity out of the queue; false when it does not wait. */
  withdraw(activity: Activity): boolean {
    const at = this.queue.findIndex((waiting) => waiting.activity === activity)
    if (at < 0) return false
    const [{ go }] = this.queue.splice(at, 1)
    go(false)
    this.tell()
    return true
  }

  /** Frees the slot at the end of an activity: the next one has its turn. */
  leave(activity: Activity): void {
    if (this.activity !== activity) return
    const next = this.queue.shift()
    this.set(next?.activity ?? null)
    next?.go(true)
  }

  private set(activity: Activity | null): void {
    this.activity = activity
    this.tell()
  }

  private tell(): void {
    this.listeners.onChange(
      this.activity,
      this.queue.map(({ activity }) => activity),
    )
  }
}
