import { z } from 'zod'

/** Execution providers a caller can ask for; `auto` leaves the choice to the engine. */
export const PROVIDER_REQUESTS = ['auto', 'cpu', 'cuda', 'tensorrt', 'directml', 'coreml', 'webgpu'] as const

/** One of {@link PROVIDER_REQUESTS}. */
export type ProviderRequest = (typeof PROVIDER_REQUESTS)[number]

/** What an engine process is started with. */
export const engineSetupSchema = z
  .object({
    provider: z.enum(PROVIDER_REQUESTS),
    /** 0 leaves the choice to ONNX Runtime. */
    threads: z.int().min(0),
    /** Where downloaded and imported models lie; the user's data folder when absent or empty. */
    modelsFolder: z.string().optional(),
    /** Refuse every download. */
    offline: z.boolean().optional(),
    /** VS Code's `http.proxy`; the environment's HTTPS_PROXY and NO_PROXY when absent or empty, no proxy at all when null. */
    proxy: z.string().nullable().optional(),
    /** VS Code's `http.noProxy`: hosts that are reached directly. */
    noProxy: z.array(z.string()).readonly().optional(),
    /** VS Code's `http.proxyAuthorization`: the header `Proxy-Authorization`; none when absent or empty. */
    proxyAuthorization: z.string().optional(),
    /** VS Code's `http.proxyStrictSSL`: false takes certificates that nobody vouches for. */
    strictTls: z.boolean().optional(),
  })
  .readonly()

/** What an engine process is started with. */
export type EngineSetup = z.infer<typeof engineSetupSchema>

/** Variable of the environment that an engine process finds its set-up in as JSON: arguments, unlike it, are open to everyone on a machine. */
export const ENGINE_SETUP_VARIABLE = 'MEDLSAM_ENGINE_SETUP'
