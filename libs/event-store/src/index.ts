export * from './command-handling/command-handler.js';
export * from './command-handling/decider.js';
export * from './command-handling/refusal.js';
export * from './embedded/data-directory-lock.js';
export * from './embedded/embedded-event-store.js';
export * from './event-store.js';
export { ConnectionStringError } from './eventstoredb/connection-string.js';
export * from './eventstoredb/event-store-db-event-store.js';
export * from './in-memory/in-memory-event-store.js';
