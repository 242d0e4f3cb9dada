// A process that can be killed: provides LibTorch from a fake wheel, whose libraries no loader would take.

import { provideLibtorch } from '../../../scripts/libtorch.mjs'

const reporter = { isTerminal: false, say: () => undefined, rewrite: () => undefined, closeLine: () => undefined }
const found = await provideLibtorch({ reporter, hashes: {}, complaintOf: () => undefined })
process.stdout.write(found.path)
