/** What is said of a file on the command line that the system would not read. */
import { UsageError } from './exit-status.ts'

export function unreadable(path: string, { code }: NodeJS.ErrnoException): UsageError {
  const reason =
    code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : `the system says ${code}`
  return new UsageError(`\`${path}\` cannot be read: ${reason}`)
}
