import { messageForUser } from '#lib/composition';

/** The command was called in a way that makes no sense. */
export class UsageError extends Error {}

/**
 * Runs a command of the command line: `--help` prints its manual, and what its user can mend is said in one line.
 */
export async function runCommand(help: string, command: () => Promise<void>): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(help);
    return;
  }
  try {
    await command();
  } catch (error) {
    const message = isMisuse(error) ? error.message : messageForUser(error);
    if (message === undefined) throw error;
    process.stderr.write(`tagline: ${message}\n`);
    process.exitCode = 1;
  }
}

const isMisuse = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
