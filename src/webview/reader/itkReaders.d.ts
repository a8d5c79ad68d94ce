/** The scripts of ITK's readers, which the build takes from `@itk-wasm/image-io`. */
declare module 'itk-nrrd-reader' {
  const make: import('../../imageio/itk/itkModule.js').MakeItkModule
  export default make
}
declare module 'itk-meta-reader' {
  const make: import('../../imageio/itk/itkModule.js').MakeItkModule
  export default make
}
