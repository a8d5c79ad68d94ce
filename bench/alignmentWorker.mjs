// Starts the worker thread of alignment from its TypeScript source.
import { register } from 'tsx/esm/api'

register()
await import('../src/engine/alignment/alignWorker.ts')
