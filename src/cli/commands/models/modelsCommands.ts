import type { Command } from 'commander'
import { addModelsBench } from './modelsBench.js'
import { addModelsDownload } from './modelsDownload.js'
import { addModelsGpuRuntime } from './modelsGpuRuntime.js'
import { addModelsImport } from './modelsImport.js'
import { addModelsInfo } from './modelsInfo.js'
import { addModelsList } from './modelsList.js'
import { addModelsRemove } from './modelsRemove.js'
import { addModelsTest } from './modelsTest.js'
import { addModelsVerify } from './modelsVerify.js'

/** `medlsam models list|info|download|import|verify|remove|test|gpu-runtime|bench` */
export function addModelsCommands(program: Command): void {
  const models = program
    .command('models')
    .description('models that are built in, installed, or can be downloaded or imported')
  addModelsList(models)
  addModelsInfo(models)
  addModelsDownload(models)
  addModelsImport(models)
  addModelsVerify(models)
  addModelsRemove(models)
  addModelsTest(models)
  addModelsGpuRuntime(models)
  addModelsBench(models)
}
