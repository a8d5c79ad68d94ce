// Writes the JSON schemas of the files that people may edit or read, from the schemas the code checks with.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { editSidecarSchema } from '../src/shared/labelEdit/editSidecar.js'
import { installedModelSchema, registrySchema } from '../src/shared/modelTypes.js'
import { sidecarSchema } from '../src/shared/sidecar.js'
import { templateSetSchema } from '../src/shared/templateSet.js'

const folder = path.resolve(import.meta.dirname, '../schemas')
const SCHEMAS = [
  { file: 'templateSet.schema.json', title: 'MedLSAM template set', schema: templateSetSchema },
  { file: 'sidecar.schema.json', title: 'MedLSAM result: the JSON beside a label map', schema: sidecarSchema },
  {
    file: 'editSidecar.schema.json',
    title: 'MedLSAM labels: the JSON beside a label map that was drawn or edited',
    schema: editSidecarSchema,
  },
  {
    file: 'modelRegistry.schema.json',
    title: 'MedLSAM model registry: models that can be had',
    schema: registrySchema,
  },
  {
    file: 'installedModel.schema.json',
    title: 'MedLSAM installed model: the model.json beside its files',
    schema: installedModelSchema,
  },
] as const

await mkdir(folder, { recursive: true })
for (const { file, title, schema } of SCHEMAS) {
  const json = { ...z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }), title }
  await writeFile(path.join(folder, file), `${JSON.stringify(json, null, 2)}\n`)
}
