// How the own line is, from the browser's statistics, once a second.

/** Where a figure makes the line fair or poor. Loss in parts of one, delay in ms, freezes in a second. */
const limits = { loss: { fair: 0.02, poor: 0.08 }, delay: { fair: 300, poor: 600 }, freezes: { fair: 1, poor: 3 } };
const ranks = ["good", "fair", "poor"];
/** A state gets better only when it was better for so many reports. */
const recovery = 5;

/** Gathers one participant's figures. */
export class LineReport {
  constructor() { this.begin(); }

  /** Forgets everything: a new connection counts from nought. */
  begin() {
    /** What `stats` reports, or null before the second reading. */
    this.report = null;
    this.state = "good";
    this.reason = null;
    /** Packets (or bytes, where packets are not counted) and check answers that came in since the connection began. */
    this.heard = { packets: 0, responses: 0 };
    this.before = null;
    this.better = 0;
  }

  /** Takes the browser's statistics in; makes a report when a second has gone by. */
  take(stats, now, local) {
    const sums = this.#sums(stats);
    this.heard = { packets: sums.packetsIn, responses: sums.responses };
    if (!this.before) this.before = { sums, now };
    const seconds = (now - this.before.now) / 1000;
    if (seconds < 0.95) return;
    const step = (name) => Math.max(0, sums[name] - this.before.sums[name]);
    const share = (lost, got) => lost + got > 0 ? lost / (lost + got) : 0;
    this.report = {
      fps: sums.fps, freezes: step("freezes"), rtt: sums.rtt, jitter: sums.jitter,
      lossDown: share(step("lost"), step("received")), lossUp: sums.lossUp,
      kbpsUp: Math.round(step("bytesOut") * 8 / 1000 / seconds), kbpsDown: Math.round(step("bytesIn") * 8 / 1000 / seconds),
      limitedBy: sums.limitedBy, camera: local?.cameraOn ?? false, microphone: local?.microphoneOn ?? false };
    this.before = { sums, now };
    this.#judge();
  }

  #sums(stats) {
    const sums = {
      packetsIn: 0, bytesIn: 0, bytesOut: 0, responses: 0, received: 0, lost: 0, freezes: 0, jitter: 0, lossUp: 0,
      rtt: undefined, fps: undefined, limitedBy: "none" };
    let pair = null, first = Infinity, countsPackets = false;
    for (const item of stats.values()) {
      if (item.type === "candidate-pair" && item.state === "succeeded" && item.nominated) pair = item;
      if (item.type === "transport" && item.packetsReceived !== undefined) {
        sums.packetsIn += item.packetsReceived;
        countsPackets = true;
      }
      if (item.type === "inbound-rtp") {
        sums.received += item.packetsReceived ?? 0;
        sums.lost += item.packetsLost ?? 0;
        sums.jitter = Math.max(sums.jitter, (item.jitter ?? 0) * 1000);
        sums.freezes += item.freezeCount ?? 0;
        // The main picture has the lowest mid of all pictures.
        if (item.kind === "video" && Number(item.mid) < first) {
          first = Number(item.mid);
          sums.fps = item.framesPerSecond ?? 0;
        }
      }
      if (item.type === "remote-inbound-rtp") sums.lossUp = Math.max(sums.lossUp, item.fractionLost ?? 0);
      if (item.type === "outbound-rtp" && item.kind === "video" && item.active !== false) {
        if (["cpu", "bandwidth"].includes(item.qualityLimitationReason)) sums.limitedBy = item.qualityLimitationReason;
      }
    }
    if (pair) {
      sums.bytesIn = pair.bytesReceived ?? 0;
      sums.bytesOut = pair.bytesSent ?? 0;
      // Firefox counts no packets of a transport; its bytes rise with each of them, reports included.
      if (!countsPackets) sums.packetsIn = sums.bytesIn;
      sums.responses = (pair.responsesReceived ?? 0) + (pair.requestsReceived ?? 0);
      if (pair.currentRoundTripTime !== undefined) sums.rtt = pair.currentRoundTripTime * 1000;
    }
    return sums;
  }

  /** Falls at once, rises only after `recovery` better seconds. */
  #judge() {
    const { lossDown, lossUp, rtt = 0, freezes, limitedBy } = this.report;
    const loss = Math.max(lossDown, lossUp);
    const found = [
      { cause: "loss", value: Math.round(loss * 100), rank: this.#rank(loss, limits.loss) },
      { cause: "delay", value: Math.round(rtt), rank: this.#rank(rtt, limits.delay) },
      { cause: "freezes", value: freezes, rank: this.#rank(freezes, limits.freezes) },
      { cause: limitedBy, value: 0, rank: limitedBy === "none" ? 0 : 1 },
    ];
    const worst = found.reduce((a, b) => b.rank > a.rank ? b : a);
    const present = ranks.indexOf(this.state);
    this.better = worst.rank < present ? this.better + 1 : 0;
    if (worst.rank < present && this.better < recovery) return;
    this.better = 0;
    this.state = ranks[worst.rank];
    this.reason = worst.rank > 0 ? { cause: worst.cause, value: worst.value } : null;
  }

  #rank(value, { fair, poor }) {
    if (value >= poor) return 2;
    return value >= fair ? 1 : 0;
  }
}
