import { Command } from 'commander'
import { formatDoctorReport, runDoctor } from '../../doctor.js'

/** `gpt-sovits doctor`: what is missing, and the command that mends it. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check the installation and say what mends it')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExample:\n  npx gpt-sovits doctor')
    .action(async (options: { json?: boolean }) => {
      const report = await runDoctor()
      process.stdout.write(`${options.json ? JSON.stringify(report) : formatDoctorReport(report)}\n`)
      if (!report.ok) process.exitCode = 1
    })
}
