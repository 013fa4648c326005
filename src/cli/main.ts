#!/usr/bin/env node
/** The program `policyc`: the one place that ends the process. */
import { processIo } from './io.ts'
import { run } from './run.ts'

process.exitCode = await run(
  process.argv.slice(2),
  processIo((status) => process.exit(status)),
)
