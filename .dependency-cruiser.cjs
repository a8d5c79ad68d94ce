/** The arrows of the architecture: what each room may import, and which single file owns each native library. */
const only = (name, library, file) => ({
  name,
  severity: 'error',
  from: { path: '^src', pathNot: file },
  to: { path: library },
})

/** A room of `src` that imports itself and these rooms of ours, and no other. */
const room = (name, ...may) => ({
  name: `${name}-imports-${may.length === 0 ? 'nothing-of-ours' : may.join('-and-')}`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: `^src/(${[name, ...may].join('|')})/` },
})

/** A room of the engine that must not know some others. */
const notKnowing = (name, from, ...to) => ({
  name,
  severity: 'error',
  from: { path: `^src/engine/${from}/` },
  to: { path: `^src/engine/(${to.join('|')})/` },
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    room('shared'),
    room('imageio', 'shared'),
    room('protocol', 'shared'),
    room('engine', 'imageio', 'protocol', 'shared'),
    room('lab', 'engine', 'imageio', 'shared'),
    room('cli', 'lab', 'engine', 'protocol', 'shared'),
    room('host', 'protocol', 'shared'),
    room('webview', 'imageio', 'protocol', 'shared'),
    {
      name: 'shared-and-imageio-run-anywhere',
      severity: 'error',
      from: { path: '^src/(shared|imageio|protocol|webview)/', pathNot: '^src/shared/node/' },
      to: { path: '^src/shared/node/' },
    },
    {
      // Node's modules resolve to their plain names, so their kind tells them, not a path.
      name: 'shared-and-imageio-know-no-node',
      severity: 'error',
      from: { path: '^src/(shared|imageio|protocol|webview)/', pathNot: '^src/shared/node/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'vscode-in-host-only',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/(host|extension)' },
      to: { path: '^vscode$' },
    },
    {
      name: 'preact-in-webview-only',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/webview/' },
      to: { path: 'node_modules/preact/' },
    },
    notKnowing('numeric-knows-nothing', 'numeric', '(?!numeric)[a-zA-Z]+'),
    notKnowing(
      'volume-knows-no-model',
      'volume',
      'scanFiles',
      'labels',
      'medlam',
      'sam',
      'runtime',
      'pipeline',
      'models',
      'templates',
      'dataset',
    ),
    notKnowing(
      'scan-files-know-no-model',
      'scanFiles',
      'medlam',
      'sam',
      'runtime',
      'pipeline',
      'models',
      'templates',
      'dataset',
    ),
    notKnowing(
      'dicom-knows-no-model',
      'dicom',
      'medlam',
      'sam',
      'runtime',
      'pipeline',
      'models',
      'templates',
      'dataset',
    ),
    notKnowing(
      'runtime-knows-no-ct',
      'runtime',
      'volume',
      'scanFiles',
      'labels',
      'medlam',
      'sam',
      'pipeline',
      'templates',
    ),
    notKnowing('medlam-knows-no-sam', 'medlam', 'sam', 'pipeline', 'dataset'),
    notKnowing('sam-knows-no-medlam', 'sam', 'medlam', 'templates', 'pipeline', 'dataset'),
    {
      name: 'benchmark-inference-knows-no-truth',
      severity: 'error',
      from: { path: '^src/lab/benchmark/inference' },
      to: { path: '^src/(lab/(?!benchmark/inference)|engine/(labels|scanFiles/readLabelMap))' },
    },
    only('one-file-owns-niivue', '@niivue/niivue', '^src/webview/viewer/view3d\\.ts$'),
    only('one-file-owns-onnxruntime', 'onnxruntime-(node|common)', '^src/engine/runtime/onnx\\.ts$'),
    only('one-file-owns-itk-wasm', 'itk-wasm', '^src/engine/labels/itkContours\\.ts$'),
    only('one-file-owns-dicom-parser', 'dicom-parser', '^src/engine/dicom/dataSet\\.ts$'),
    only('one-file-owns-dcmjs', 'node_modules/dcmjs', '^src/engine/dicom/objects/encodeDicom\\.ts$'),
    only('one-file-owns-nifti-reader', 'nifti-reader-js', '^src/imageio/nifti/niftiHeader\\.ts$'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
}
