/** Starts a worker from its script; only from a blob does it inherit the page's policy. Its first message says that it has started. */
export async function workerFromSource(source: string): Promise<Worker> {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  try {
    const worker = new Worker(url)
    await nextMessage(worker, () => undefined)
    return worker
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** The next message of a worker; rejected where it fails, or is not allowed. */
export function nextMessage<T>(worker: Worker, ask: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<T>) => {
      resolve(data)
    }
    worker.onerror = ({ message }) => {
      reject(new Error(message))
    }
    ask()
  })
}
