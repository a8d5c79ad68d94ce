/** The bundled script of the worker as text; the build makes it. */
declare module 'reader-worker-source' {
  const source: string
  export default source
}
