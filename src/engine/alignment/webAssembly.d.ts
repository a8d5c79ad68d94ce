/** What Node has and its types leave out. */
declare namespace WebAssembly {
  interface Module {
    /** Only its maker knows what is in it. */
    readonly [Symbol.toStringTag]: 'WebAssembly.Module'
  }
  class Memory {
    readonly buffer: ArrayBuffer
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>
    constructor(module: Module)
  }
  class RuntimeError extends Error {}
  const Module: new (bytes: Uint8Array) => Module
}
