import { crc32 } from 'node:zlib'
import { writeFileSync } from 'node:fs'

/** What a CPU wheel holds, in small. */
export const cpuWheel: Readonly<Record<string, string>> = {
  'torch/version.py': "__version__ = '2.13.0+cpu'\n",
  'torch/lib/libtorch_cpu.so': 'cpu'.repeat(1000),
  'torch/lib/libc10.so': 'c10',
  'torch/lib/libgomp.so.1': 'gomp',
  'torch/lib/libtorch_python.so': 'python',
  'torch/lib/libtorchbind_test.so': 'test',
  'torch/include/torch/script.h': '#pragma once',
  'torch/share/cmake/Torch/TorchConfig.cmake': 'config',
  'torch/bin/protoc': 'bin',
  'torch/nn/functional.py': 'python',
  'torch-2.13.0+cpu.dist-info/licenses/LICENSE': 'licence',
  'torch-2.13.0+cpu.dist-info/RECORD': 'record'
}

/** A wheel made for CUDA, whose libraries of NVIDIA are in other wheels. */
export const cudaWheel: Readonly<Record<string, string>> = {
  ...cpuWheel,
  'torch/version.py': "__version__ = '2.13.0+cu130'\n",
  'torch/lib/libtorch_cuda.so': 'cuda',
  'torch/lib/libc10_cuda.so': 'cuda'
}

function header(signature: number, name: Buffer, content: Buffer, central: boolean): Buffer {
  const fields = Buffer.alloc(central ? 46 : 30)
  fields.writeUInt32LE(signature, 0)
  const common = central ? 6 : 4
  fields.writeUInt16LE(20, common) // version needed
  fields.writeUInt32LE(crc32(content), common + 10)
  fields.writeUInt32LE(content.length, common + 14)
  fields.writeUInt32LE(content.length, common + 18)
  fields.writeUInt16LE(name.length, common + 22)
  return fields
}

/** A zip archive of stored entries. */
export function zip(entries: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, text] of Object.entries(entries)) {
    const name = Buffer.from(path)
    const content = Buffer.from(text)
    const central = header(0x02014b50, name, content, true)
    central.writeUInt32LE(offset, 42)
    directory.push(central, name)
    parts.push(header(0x04034b50, name, content, false), name, content)
    offset += 30 + name.length + content.length
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(directory.length / 2, 8)
  end.writeUInt16LE(directory.length / 2, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}

export function writeWheel(file: string, entries: Readonly<Record<string, string>> = cpuWheel): void {
  writeFileSync(file, zip(entries))
}
