// Figures of a line with their units, and what they mean in words.

import { language, t } from "./language.js";

const writers = new Map();

/** A number as people of this language write it; its writer is made once, for there are thousands each second. */
export function number(value, digits = 0) {
  const name = `${language()} ${digits}`;
  let writer = writers.get(name);
  if (!writer) {
    writer = new Intl.NumberFormat(language(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
    writers.set(name, writer);
  }
  return writer.format(value);
}

/** How each figure is written: digits after the point, unit, and a factor. Order of the table. */
const figures = {
  kbps: { unit: "unit.kbps" }, packets: { unit: "unit.packets" }, loss: { unit: "unit.percent", digits: 1, times: 100 },
  lossAfter: { unit: "unit.percent", digits: 1, times: 100 }, jitter: { unit: "unit.ms", digits: 0 }, rtt: { unit: "unit.ms" },
  delay: { unit: "unit.ms" }, nack: { unit: "unit.times" }, pli: { unit: "unit.times" }, fps: { unit: "unit.fps" }, frames: { unit: "unit.fps" },
  freezes: { unit: "unit.times" }, keyframeAge: { unit: "unit.s", digits: 1 },
};

/** The names of the figures of a direction. */
export const figureNames = Object.keys(figures);

/** A figure with its unit, "–" where there is none. */
export function figure(name, value) {
  if (!Number.isFinite(value)) return "–";
  if (name === "kbps" && value >= 1000) return `${number(value / 1000, 1)} ${t("unit.mbps")}`;
  const { unit, digits = 0, times = 1 } = figures[name];
  return `${number(value * times, digits)} ${t(unit)}`;
}

/** What a direction is, in words: "Kém – mất 12 % số gói, trễ khứ hồi 190 ms". */
export function inWords(direction) {
  const state = t(`quality.${direction?.state ?? "none"}`);
  const reasons = reasonsOf(direction);
  return reasons.length ? `${state} – ${reasons.join(", ")}` : state;
}

function reasonsOf(direction) {
  if (!direction || direction.state === "none" || direction.state === "good") return [];
  const { loss, lossAfter, rtt, delay, jitter, fps, freezes } = direction;
  if (direction.state === "lost") return [t("reason.nothing")];
  const reasons = [];
  if (loss >= 0.02) {
    const isRepaired = lossAfter !== undefined && lossAfter < loss / 4;
    reasons.push(t(isRepaired ? "reason.repaired" : "reason.loss", { n: number(loss * 100) }));
  }
  if (delay >= 150) reasons.push(t("reason.delay", { n: number(delay) }));
  else if (rtt >= 150) reasons.push(t("reason.rtt", { n: number(rtt) }));
  if (jitter >= 30) reasons.push(t("reason.jitter", { n: number(jitter) }));
  if (freezes > 0) reasons.push(t("reason.freezes", { n: number(freezes) }));
  if (fps > 0 && fps < 12) reasons.push(t("reason.fps", { n: number(fps) }));
  return reasons;
}

/** What a device reports of itself, in words. */
export function clientInWords(client) {
  if (!client) return "";
  const words = [];
  if (Number.isFinite(client.fps)) words.push(t("client.fps", { n: number(client.fps) }));
  if (client.freezes > 0) words.push(t("client.freezes", { n: number(client.freezes) }));
  if (Number.isFinite(client.rtt)) words.push(t("client.rtt", { n: number(client.rtt) }));
  if (["cpu", "bandwidth"].includes(client.limitedBy)) words.push(t(`client.limitedBy.${client.limitedBy}`));
  for (const device of ["camera", "microphone"]) {
    if (typeof client[device] === "boolean") words.push(t(`client.${device}.${client[device] ? "on" : "off"}`));
  }
  return words.join(" · ");
}
