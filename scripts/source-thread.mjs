// Lets a worker thread of this repository read TypeScript, where lib/ runs without having been compiled.

import { register } from 'tsx/esm/api'

register()
