/** The arrows of the architecture: what each room may import, and which single file owns each native library. */
const only = (name, library, file) => ({
  name,
  severity: 'error',
  from: { path: '^src', pathNot: file },
  to: { path: library },
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'protocol-imports-nothing-of-ours', severity: 'error', from: { path: '^src/protocol' }, to: { path: '^src/', pathNot: '^src/protocol' } },
    { name: 'engine-imports-protocol-only', severity: 'error', from: { path: '^src/engine' }, to: { path: '^src/', pathNot: '^src/(engine|protocol)' } },
    { name: 'cli-imports-engine-and-protocol', severity: 'error', from: { path: '^src/cli' }, to: { path: '^src/', pathNot: '^src/(cli|engine|protocol)' } },
    { name: 'host-imports-protocol-only', severity: 'error', from: { path: '^src/host' }, to: { path: '^src/', pathNot: '^src/(host|protocol)' } },
    { name: 'webview-imports-protocol-only', severity: 'error', from: { path: '^src/webview' }, to: { path: '^src/', pathNot: '^src/(webview|protocol)' } },
    { name: 'vscode-in-host-only', severity: 'error', from: { path: '^src', pathNot: '^src/(host|extension)' }, to: { path: '^vscode$' } },
    { name: 'volume-knows-no-model', severity: 'error', from: { path: '^src/engine/volume' }, to: { path: '^src/engine/(medlam|sam|runtime|pipeline|models|templates|dataset)' } },
    { name: 'runtime-knows-no-ct', severity: 'error', from: { path: '^src/engine/runtime' }, to: { path: '^src/engine/(volume|medlam|sam|pipeline|templates)' } },
    { name: 'medlam-knows-no-sam', severity: 'error', from: { path: '^src/engine/medlam' }, to: { path: '^src/engine/(sam|pipeline|dataset)' } },
    { name: 'sam-knows-no-medlam', severity: 'error', from: { path: '^src/engine/sam' }, to: { path: '^src/engine/(medlam|templates|pipeline|dataset)' } },
    { name: 'inference-knows-no-truth', severity: 'error', from: { path: '^src/engine/(volume|runtime|medlam|sam|templates|pipeline|server)' }, to: { path: '^src/engine/(evaluation|benchmark)' } },
    { name: 'benchmark-inference-knows-no-truth', severity: 'error', from: { path: '^src/engine/benchmark/inference' }, to: { path: '^src/engine/(evaluation|benchmark/(?!inference)|volume/(readLabelMap|labels|labelTsv|components))', pathNot: '^src/engine/benchmark/inference' } },
    only('one-file-owns-niivue', '@niivue/niivue', '^src/webview/viewer\\.ts$'),
    only('one-file-owns-onnxruntime', 'onnxruntime-(node|common)', '^src/engine/runtime/onnx\\.ts$'),
    only('one-file-owns-itk-wasm', 'itk-wasm', '^src/engine/volume/itk\\.ts$'),
    only('one-file-owns-nifti-reader', 'nifti-reader-js', '^src/engine/volume/niftiHeader\\.ts$'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'], extensions: ['.ts', '.js', '.json'] },
  },
}
