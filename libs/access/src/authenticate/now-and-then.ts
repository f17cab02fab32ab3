/** Tells of something that went wrong while the server runs, and where. */
export type ProblemReport = (what: string, error: unknown) => void;

const REPORT_EVERY_MS = 30_000;

/** Passes on the first call, and later ones only after a pause: what goes on and on must not fill the log. */
export function nowAndThen(report: (error: unknown) => void): (error: unknown) => void {
  let quietUntil = 0;
  return (error) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + REPORT_EVERY_MS;
    report(error);
  };
}
