// When to come again: soon at first, with some chance in it, so that a province does not come at once.

/** Seconds until attempt `attempt` (1 …) of somebody who lost the server `lost` seconds ago. */
export function pause(attempt, lost, random = Math.random()) {
  if (attempt <= 1) return 0.2 + 0.8 * random;
  return lost < 30 ? 0.5 + random : 2 + 6 * random;
}
