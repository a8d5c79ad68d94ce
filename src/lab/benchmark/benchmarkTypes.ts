import type { Shard } from '../../shared/datasetRun.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { Structure } from '../../shared/structure.js'
import type { EmbeddingCacheOptions } from '../../engine/sam/embeddings/embeddingCache.js'
import type { CaseResult, WantedVariant } from './caseTypes.js'
import type { LabelledScan } from './labelledDataset.js'
import type { Ablation, BoxSource } from './variants.js'

/** Where templates come from: given ones, or scans of the data set. */
export type Support =
  | { readonly kind: 'templates'; readonly templates: string }
  | { readonly kind: 'draw'; readonly count: number }
  | { readonly kind: 'cases'; readonly ids: readonly string[] }

/** What to run. */
export interface BenchmarkRequest {
  readonly dataset: string
  /** Names of the label values; looked for in the data set when absent. */
  readonly labels?: string
  readonly out: string
  readonly support: Support
  /** Only these cases. */
  readonly cases?: readonly string[]
  readonly structures?: readonly string[]
  readonly segmenters: readonly string[]
  /** Boxes to set those that were found beside. */
  readonly beside: readonly Exclude<BoxSource, 'found'>[]
  readonly ablations: readonly Ablation[]
  /** Masks for ablations too; only boxes otherwise. */
  readonly ablationMasks: boolean
  /** Threshold of the paper's protocol in pixels. */
  readonly minPixels: number
  readonly seed: number
  readonly run: Partial<RunOptions>
  readonly cache: EmbeddingCacheOptions
  /** Only every nth case, as one of several processes. */
  readonly shard?: Shard
}

/** One case with all that was run on it. */
export interface BenchmarkCase extends LabelledScan {
  readonly results: readonly CaseResult[]
}

/** All that a benchmark found out. */
export interface Benchmark {
  readonly dataset: string
  readonly templates: { readonly name: string; readonly ids: readonly string[] }
  readonly structures: readonly Structure[]
  readonly segmenters: readonly string[]
  readonly variants: readonly WantedVariant[]
  readonly cases: readonly BenchmarkCase[]
  readonly minPixels: number
  readonly seed: number
  /** Sentences about cases that failed, and count as 0, or that cannot be scored. */
  readonly failures: readonly string[]
  /** Sentences. */
  readonly warnings: readonly string[]
}

/** What accompanies a benchmark. */
export interface BenchmarkHooks {
  readonly signal?: AbortSignal
  readonly onCase?: (done: number, total: number, id: string) => void
}
