import { ConfigurationError } from '#lib/config';
import { DataDirectoryInUseError, EventStoreError } from '#lib/event-store';
import { NewerSchemaError, PostgresError } from '#lib/postgres';

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
    if (!isForTheUser(error)) throw error;
    process.stderr.write(`tagline: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function isForTheUser(error: unknown): error is Error {
  const mendable = [
    ...[UsageError, ConfigurationError, DataDirectoryInUseError, EventStoreError],
    ...[PostgresError, NewerSchemaError],
  ];
  if (mendable.some((kind) => error instanceof kind)) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
