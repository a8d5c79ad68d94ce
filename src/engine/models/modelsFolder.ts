import path from 'node:path'
import envPaths from 'env-paths'

/** The environment variable that names the models folder. */
const MODELS_FOLDER_VARIABLE = 'MEDLSAM_MODELS_FOLDER'

/** Where downloaded and imported models lie unless another folder is named: the environment's, or the user's data folder. */
export function defaultModelsFolder(): string {
  const named = process.env[MODELS_FOLDER_VARIABLE]
  return named === undefined || named === ''
    ? path.join(envPaths('medlsam', { suffix: '' }).data, 'models')
    : path.resolve(named)
}
