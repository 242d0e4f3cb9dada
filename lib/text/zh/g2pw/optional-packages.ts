import { MissingModelError } from '../../../errors.js'

/** What is used of `onnxruntime-node`. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(path: string, options: { intraOpNumThreads: number; logSeverityLevel: 3 }): Promise<OnnxSession>
  }
  readonly Tensor: new (type: 'int64' | 'float32', data: BigInt64Array | Float32Array, dims: number[]) => object
}

export interface OnnxSession {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(inputs: Readonly<Record<string, object>>): Promise<Readonly<Record<string, OnnxOutput>>>
}

export interface OnnxOutput {
  readonly data: ArrayLike<number>
  readonly dims: readonly number[]
}

interface OpenCc {
  Converter(options: { from: 'cn'; to: 'tw' }): (text: string) => string
}

/** The runtime of ONNX models. @throws {MissingModelError} it is not installed. */
export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  return load<OnnxRuntime>('onnxruntime-node')
}

/** Simplified characters to those of Taiwan. @throws {MissingModelError} its package is not installed. */
export async function loadTraditional(): Promise<(text: string) => string> {
  const { Converter } = await load<OpenCc>('opencc-js')
  return Converter({ from: 'cn', to: 'tw' })
}

async function load<Module extends object>(name: string): Promise<Module> {
  try {
    const module = (await import(name)) as Module & { default?: Module }
    return { ...module.default, ...module }
  } catch (cause) {
    throw new MissingModelError(
      `g2pW needs the package ${name}, which cannot be loaded; run \`npm install onnxruntime-node opencc-js\``,
      { cause }
    )
  }
}
