// The choice of pages: takes a pasted token into sessionStorage and shows what it is for.

import { byId, setAttribute, setText, show } from "./dom.js";
import { setIcon } from "./icons.js";
import { changes, language, languageSwitch, t, translate } from "./language.js";
import { credentials, forget, keep, payload, takeFragment, tokenIn } from "./token.js";

const field = byId("token"), says = byId("token-says"), choices = [...document.querySelectorAll(".choice")];
/** The page that suits a role. */
const suits = { point: "join", observer: "join", chair: "host", operator: "host", technician: "monitor" };

/** Shows what is known of the token; `typed` is what stands in the field. */
function render() {
  const typed = field.value.trim();
  const claims = payload(tokenIn(typed) ?? (typed || credentials()?.token));
  const old = claims && Number.isFinite(claims.exp) && claims.exp * 1000 < Date.now();
  const good = Boolean(claims?.room) && !old;
  let text = "", kind = "";
  if (good) [text, kind] = [t("home.tokenGood", { who: who(claims), room: claims.room, until: until(claims) }), "good"];
  else if (old) [text, kind] = [t("home.tokenOld"), "bad"];
  else if (typed) [text, kind] = [t("home.tokenBad"), "bad"];
  setText(says, text);
  says.dataset.kind = kind;
  show(byId("forget"), Boolean(credentials()));
  for (const choice of choices) {
    setAttribute(choice, "aria-disabled", good ? null : "true");
    choice.dataset.suits = good && suits[claims.role] === choice.dataset.page;
  }
}

function who({ role, point }) {
  const name = t(`role.${role}`);
  return point ? `${name} ${point}` : name;
}

function until({ exp }) {
  if (!Number.isFinite(exp)) return "…";
  return new Intl.DateTimeFormat(language(), { dateStyle: "short", timeStyle: "short" }).format(new Date(exp * 1000));
}

function take() {
  const token = tokenIn(field.value) ?? field.value.trim(), claims = payload(token);
  if (claims?.room) {
    keep({ token, room: claims.room });
    // It is kept: no need to leave it where others can read it.
    field.value = "";
  }
  render();
}

takeFragment();
for (const sign of document.querySelectorAll("[data-icon-name]")) setIcon(sign, sign.dataset.iconName);
byId("language").append(languageSwitch());
changes.addEventListener("change", render);
field.addEventListener("input", take);
byId("forget").addEventListener("click", () => { forget(); field.value = ""; render(); field.focus(); });
for (const choice of choices) {
  choice.addEventListener("click", (event) => {
    if (choice.getAttribute("aria-disabled") !== "true") return;
    event.preventDefault();
    setText(says, t("home.needToken"));
    says.dataset.kind = "bad";
    field.focus();
  });
}
translate();
render();
