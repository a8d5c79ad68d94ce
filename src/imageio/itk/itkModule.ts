import type { TextFormat } from '../text/textHeader.js'

/** What is used of a module of `@itk-wasm/image-io`, as Emscripten makes it: one is good for one file. */
export interface ItkModule {
  readonly HEAPU8: Uint8Array
  fs_mkdirs(folder: string): void
  fs_writeFile(path: string, bytes: Uint8Array): void
  callMain(args: string[]): number
  resetModuleStdout(): void
  resetModuleStderr(): void
  ccall(name: string, returns: 'number', types: readonly 'number'[], values: readonly number[]): number
  UTF8ToString(address: number): string
}

/** Makes such a module; what it prints goes to `print`. */
export type OpenItk = (format: TextFormat, print: (text: string) => unknown) => Promise<ItkModule>

/** Options of Emscripten's modules that set where the WebAssembly comes from and what becomes of printed text. */
export interface ItkModuleOptions {
  readonly wasmBinary: Uint8Array
  /** Asked for the address of the WebAssembly even where it is given. */
  readonly locateFile?: (name: string) => string
}

/** A script of Emscripten, which makes a module of its WebAssembly. */
export type MakeItkModule = (options: ItkModuleOptions) => Promise<ItkModule>

/** Options that keep a module from printing to the console, which it would set itself. */
export function quietOptions<T extends object>(options: T, print: (text: string) => unknown): T {
  for (const name of ['print', 'printErr'])
    Object.defineProperty(options, name, {
      enumerable: true,
      get: () => print,
      set: () => undefined,
    })
  return options
}
