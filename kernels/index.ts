// What alignment computes in WebAssembly: the loops in which it spends its time, four to sixteen numbers at once.
// AssemblyScript, built by scripts/build-kernels.mjs. Arrays are addresses in the module's memory; src/engine/alignment
// lays them out (kernels.ts) and says what each function is for.
export { reserve, reset } from './memory'
export { sample } from './sample'
export { mindSsc } from './mind'
export { averageCells, lookAtBlocks } from './blocks'
export { matchBlocks } from './match'
export { adamDeform } from './adam'
export { transform, scoreShifts } from './correlation'
