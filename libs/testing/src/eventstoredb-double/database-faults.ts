/** The calls of the database that can be made to go wrong. */
export type DatabaseCall = 'append' | 'read' | 'subscribe';

/** What can be made to go wrong with a call. */
export type DatabaseFault =
  /** The node takes no requests. */
  | { readonly kind: 'unavailable' }
  /** The node does not lead; the one that does is elsewhere. */
  | { readonly kind: 'not-leader'; readonly host: string; readonly port: number }
  | { readonly kind: 'access-denied' }
  /** The node has done what it was asked, and the connection breaks before it can say so. */
  | { readonly kind: 'answer-lost' }
  /** The node says that it took too long, having done it. */
  | { readonly kind: 'timeout' }
  /** The connection breaks, and what it was asked is done when the test says so. */
  | { readonly kind: 'held'; readonly until: Promise<void> };

interface PlannedFault {
  readonly call: DatabaseCall;
  readonly fault: DatabaseFault;
  left: number;
}

/** The faults that a test has planned, in the order in which they strike. */
export class DatabaseFaultPlan {
  private planned: PlannedFault[] = [];

  add(call: DatabaseCall, fault: DatabaseFault, times: number): void {
    this.planned.push({ call, fault, left: times });
  }

  strikes(call: DatabaseCall): DatabaseFault | undefined {
    const hit = this.planned.find((fault) => fault.call === call && fault.left > 0);
    if (hit !== undefined) hit.left--;
    return hit?.fault;
  }

  clear(): void {
    this.planned = [];
  }
}
