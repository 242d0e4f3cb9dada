// The files that are fetched: which wheel fits this machine, and the hashes that are known.

import { torchVersion } from './location.cjs'

/** CPython 3.11's wheels: any of them carries the same C++ libraries, whatever Python the user has. */
export const pythonTag = { version: '3.11', implementation: 'cp', abi: 'cp311' }

/** SHA-256 of the pinned wheels. Their names end in the platform; a file of another name has no hash here. */
export const knownHashes = {
  'torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl':
    '6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b',
  'torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl':
    '60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7',
  'torch-2.13.0-cp311-cp311-manylinux_2_28_aarch64.whl':
    '092790c696a760c729fd5722835f50b9d81fd7c8f141571f3f3cf4081a8f664c',
  'torch-2.13.0-cp311-cp311-macosx_14_0_arm64.whl': 'e76f9bcecc52b8ff711239a2f7547d5353df95878ab232f0773c1d95928b92f8',
  'torch-2.13.0-cp311-cp311-win_amd64.whl': 'a0d8b11f16a48d60e2015d8213aa0390744cbebb98e58b62b3514dddc656e330'
}

const platformTags = {
  'linux-x64': ['manylinux_2_28_x86_64'],
  'linux-arm64': ['manylinux_2_28_aarch64'],
  'darwin-arm64': ['macosx_14_0_arm64', 'macosx_11_0_arm64'],
  'win32-x64': ['win_amd64']
}

/** undefined where torch publishes no wheel. */
export function wheelPlatforms(platform = process.platform, arch = process.arch) {
  return platformTags[`${platform}-${arch}`]
}

/** The CPU build first: the plain one of Linux is made for CUDA and several times as large. */
export function requirements(platform = process.platform) {
  const plain = `torch==${torchVersion}`
  return platform === 'linux' ? [`torch==${torchVersion}+cpu`, plain] : [plain]
}

/** A CUDA build's libtorch_cpu needs these of NVIDIA's libraries even where no GPU is used. */
export const cudaRuntimePackages = [
  { library: /^libcudart\.so\.13/, requirement: 'nvidia-cuda-runtime==13.0.*' },
  { library: /^libcupti\.so\.13/, requirement: 'nvidia-cuda-cupti==13.0.*' }
]

/** NVIDIA names older C libraries in its wheels than torch does. */
export function nvidiaPlatforms(arch = process.arch) {
  const machine = arch === 'arm64' ? 'aarch64' : 'x86_64'
  return ['_2_28', '_2_27', '_2_26', '_2_25', '_2_24', '_2_17', '2014'].map((glibc) => `manylinux${glibc}_${machine}`)
}
