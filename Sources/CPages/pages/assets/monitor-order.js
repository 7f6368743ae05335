// Worst line first, calmly: worse moves up soon, better moves down only after a while, and nothing moves under a hand.

/** States of a tile, worst first; those who are not there come last. */
export const tileStates = ["lost", "poor", "fair", "good", "none"];

const sortEvery = 3;
const betterFor = 10;

/** The state of a tile: that of the line where somebody is there. */
export function tileState(line, health) {
  if (!line || line.state === "expected" || line.state === "absent") return "none";
  if (line.state === "silent") return "lost";
  return tileStates.includes(health?.state) ? health.state : "none";
}

/** Where a tile belongs: 0 is worst. Who was here and went comes before who has not come yet. */
function rankOf(line, state) {
  if (state !== "none") return tileStates.indexOf(state);
  return line?.state === "absent" ? 4 : 5;
}

export class CalmOrder {
  constructor() {
    this.ranks = new Map();
    this.sortedAt = -Infinity;
  }

  /** Takes in how a point is now; `now` in seconds of any clock that only goes forward. */
  note(code, line, state, now) {
    const rank = rankOf(line, state);
    const known = this.ranks.get(code);
    if (!known) {
      this.ranks.set(code, { rank, better: null });
    } else if (rank <= known.rank) {
      known.rank = rank;
      known.better = null;
    } else {
      known.better ??= now;
      if (now - known.better >= betterFor) Object.assign(known, { rank, better: null });
    }
  }

  /** Forgets all, to begin with things as they are. */
  clear() { this.ranks.clear(); }

  /** Forgets points that are not on the roster any more. */
  keep(roster) { for (const code of this.ranks.keys()) if (!roster.has(code)) this.ranks.delete(code); }

  /** Whether it is time to sort again; `held` while somebody's hand is on the tiles. */
  isDue(now, held) { return !held && now - this.sortedAt >= sortEvery; }

  /** These codes, which are in the roster's order, worst first; equal ones keep the roster's order. */
  sort(codes, now) {
    this.sortedAt = now;
    const groups = [[], [], [], [], [], []];
    for (const code of codes) groups[this.ranks.get(code)?.rank ?? 5].push(code);
    return groups.flat();
  }
}
