import { defineConfig } from 'vitest/config'

export default defineConfig({
  // lib/package-root.cts is TypeScript too, which the default pattern does not cover.
  oxc: { include: /\.([cm]?ts|[jt]sx)$/ },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2
  }
})
