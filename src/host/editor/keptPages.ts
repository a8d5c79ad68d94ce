/** The page of an editor. */
export interface Page {
  load(): void
  /** Gives up what it holds. */
  unload(): void
}

/** Keeps the pages that were hidden last as they are, so that they come back at once; older ones are unloaded and load again. */
export class KeptPages {
  /** Hidden and loaded, the one hidden last at the end. */
  private hidden: Page[] = []
  private readonly unloaded = new Set<Page>()

  constructor(private readonly limit: number) {}

  /** A page is seen, or not any more. */
  onVisible(page: Page, isVisible: boolean): void {
    this.hidden = this.hidden.filter((other) => other !== page)
    if (isVisible) {
      if (this.unloaded.delete(page)) page.load()
      return
    }
    if (this.unloaded.has(page)) return
    this.hidden.push(page)
    for (const oldest of this.hidden.splice(0, Math.max(0, this.hidden.length - this.limit))) {
      this.unloaded.add(oldest)
      oldest.unload()
    }
  }

  /** A page is closed. */
  forget(page: Page): void {
    this.hidden = this.hidden.filter((other) => other !== page)
    this.unloaded.delete(page)
  }
}
