// Texts of the pages in Vietnamese and English, and the switch between them.

import { create, setText } from "./dom.js";
import { english, vietnamese } from "./texts.js";

const key = "diemcau.language";
const texts = { vi: { ...vietnamese }, en: { ...english } };

/** The languages there are, the first is the default. */
export const languages = ["vi", "en"];

/** Fires `change` when another language was chosen. */
export const changes = new EventTarget();

function remembered() {
  try { return localStorage.getItem(key); } catch { return null; }
}

let present = languages.includes(remembered()) ? remembered() : languages[0];

/** The chosen language: "vi" or "en". */
export function language() { return present; }

/** Adds texts of one page: {vi: {key: text}, en: {key: text}}. Call it before `translate`. */
export function add(more) {
  for (const code of languages) Object.assign(texts[code], more[code]);
}

/** Whether there is a text for `name`. */
export function has(name) { return name in texts[present]; }

/** The text `name` with `{field}` replaced by `values.field`. A missing one shows as its name, to be noticed. */
export function t(name, values = {}) {
  const text = texts[present][name] ?? texts[languages[0]][name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, field) => field in values ? String(values[field]) : whole);
}

/** What to say of a refused command: our own words where there are some, else the server's. */
export function errorText(error) {
  const name = `error.${error?.code}`;
  return has(name) ? t(name) : error?.message || t("error.unknown");
}

/**
 * Fills in all texts under `root`: `data-t` (text), `data-t-label` (aria-label), `data-t-title`, `data-t-placeholder`.
 */
export function translate(root = document) {
  document.documentElement.lang = present;
  for (const element of root.querySelectorAll("[data-t]")) setText(element, t(element.dataset.t));
  for (const attribute of ["label", "title", "placeholder"]) {
    for (const element of root.querySelectorAll(`[data-t-${attribute}]`)) {
      element.setAttribute(attribute === "label" ? "aria-label" : attribute, t(element.getAttribute(`data-t-${attribute}`)));
    }
  }
}

/** Chooses a language, remembers it, fills in the document and fires `change`. */
export function setLanguage(code) {
  if (!languages.includes(code) || code === present) return;
  present = code;
  try { localStorage.setItem(key, code); } catch { /* Then it is not remembered. */ }
  translate();
  changes.dispatchEvent(new Event("change"));
}

/** A button that goes to the other language and says so in that language. */
export function languageSwitch() {
  const button = create("button", { type: "button", class: "quiet", on: { click: () => setLanguage(other()) } });
  const other = () => languages.find((code) => code !== present);
  const label = () => {
    button.lang = other();
    setText(button, texts[other()]["language.name"]);
  };
  changes.addEventListener("change", label);
  label();
  return button;
}

/** A number as people of this language write it. */
export function number(value, digits = 0) {
  return new Intl.NumberFormat(present, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

/** The time of day of a Unix time in seconds. */
export function clockTime(seconds) {
  return new Intl.DateTimeFormat(present, { hour: "2-digit", minute: "2-digit" }).format(new Date(seconds * 1000));
}

/** A duration in seconds, as m:ss or h:mm:ss. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds)), two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
