// Loads the addon, opens LibTorch and the engine, and prints what came of it: `done`, or why not. Runs as a program and in
// a worker thread. Arguments: addon, folder of LibTorch, engine library.
'use strict'
const [addon, libtorch, engine] = process.argv.slice(2)
const started = performance.now()
const binding = require(addon)
const loadMs = performance.now() - started
binding.setEventHandler((event) => console.log(JSON.stringify({ ...event, loadMs, node: process.versions.node })))
binding.openEngine(1, libtorch, engine)
