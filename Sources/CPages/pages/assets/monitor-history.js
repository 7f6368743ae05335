// The last five minutes of one point: begun by what the server kept, continued by what it sends each second.

import { graphSeconds } from "./monitor-graph.js";

/** The figures that graphs show. */
export const graphFigures = ["kbps", "loss", "rtt", "delay", "jitter", "fps"];

const sides = ["up", "down"];

export class LineHistory {
  constructor() {
    /** side → figure → up to 300 values, newest last. */
    this.series = Object.fromEntries(
      sides.map((side) => [side, Object.fromEntries(graphFigures.map((name) => [name, []]))]));
    /** The Unix second of the newest values. */
    this.at = null;
  }

  /** Puts what the server kept, up to `at`, before what has come since. */
  begin(history, at) {
    const since = this.at === null ? 0 : Math.max(0, Math.round(this.at - at));
    for (const side of sides) {
      for (const name of graphFigures) {
        const kept = (history?.[side]?.[name] ?? []).map((value) => Number.isFinite(value) ? value : null);
        const own = since > 0 ? this.series[side][name].slice(-since) : [];
        this.series[side][name] = [...kept, ...own].slice(-graphSeconds);
      }
    }
    this.at = Math.max(at, this.at ?? at);
  }

  /** Takes in one second's figures; seconds of which nothing came are gaps. */
  add(health, at) {
    const second = Math.round(at);
    const missed = this.at === null ? 0 : Math.min(graphSeconds, second - Math.round(this.at) - 1);
    if (missed < 0) return;
    for (const side of sides) {
      for (const name of graphFigures) {
        const values = this.series[side][name], value = health?.[side]?.[name];
        for (let index = 0; index < missed; index += 1) values.push(null);
        values.push(Number.isFinite(value) ? value : null);
        if (values.length > graphSeconds) values.splice(0, values.length - graphSeconds);
      }
    }
    this.at = second;
  }
}
