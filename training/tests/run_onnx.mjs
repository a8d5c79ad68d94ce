// Runs a graph in the runtime that the engine uses: `node run_onnx.mjs GRAPH VOLUME OUTPUTS D H W`, where VOLUME holds raw
// float32. Writes one raw float32 file per output to the folder OUTPUTS and prints their names and sizes as JSON.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'

const [graph, volume, folder, ...size] = process.argv.slice(2)
const { buffer, byteOffset, length } = readFileSync(volume)
const input = new Tensor('float32', new Float32Array(buffer.slice(byteOffset, byteOffset + length)), [
  1,
  1,
  ...size.map(Number),
])
const session = await InferenceSession.create(graph)
const outputs = await session.run({ volume: input })
for (const name of session.outputNames) writeFileSync(path.join(folder, `${name}.raw`), outputs[name].data)
process.stdout.write(JSON.stringify(session.outputNames.map((name) => [name, outputs[name].dims])))
