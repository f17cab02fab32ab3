import type { Actor } from '#lib/events';

/** Tagline itself, where no request made it act. */
export const SYSTEM: Actor = { user: 'system:tagline', groups: [] };
