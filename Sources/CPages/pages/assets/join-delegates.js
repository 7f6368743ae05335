// The form in which a point says who sits there.

import { byId, create, fill, setText } from "./dom.js";
import { icon } from "./icons.js";
import { changes, errorText, t } from "./language.js";

const most = 40;
const longest = 100;

/** Rows of name and post; sent as a whole. */
export class DelegatesForm {
  constructor(socket) {
    this.socket = socket;
    this.dialog = byId("delegates");
    this.list = byId("delegates-list");
    this.says = byId("delegates-says");
    byId("delegates-add").addEventListener("click", () => this.#add({}, true));
    byId("delegates-close").addEventListener("click", () => this.dialog.close());
    // What was written and not sent is there again when the form is opened again.
    this.dialog.addEventListener("close", () => { this.draft = this.isWritten ? this.#read() : null; });
    this.list.addEventListener("input", () => { this.isWritten = true; });
    byId("delegates-form").addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    changes.addEventListener("change", () => { if (this.dialog.open) this.#show(this.#read()); });
  }

  /** Shows the present list, with a free row when it is empty. */
  open() {
    this.#say("");
    this.#show(this.draft ?? this.socket.room.me?.delegateList ?? this.sent ?? []);
    this.dialog.showModal();
    this.list.querySelector("input")?.focus();
  }

  #show(delegates) {
    fill(this.list);
    for (const delegate of delegates.length > 0 ? delegates : [{}]) this.#add(delegate, false);
  }

  #add({ name = "", post = "" }, focus) {
    if (this.list.childElementCount >= most) return this.#say(t("delegates.limit"), "bad");
    const field = (label, value, part) => create("input", {
      type: "text", maxlength: longest, "aria-label": t(label), placeholder: t(label), value, data: { part }, autocomplete: "off" });
    const row = create("li", { class: "bar delegate" }, field("delegates.name", name, "name"), field("delegates.post", post, "post"));
    row.append(create("button", {
      type: "button", class: "small", "aria-label": t("delegates.remove", { name: name || t("delegates.name") }),
      on: { click: () => { row.remove(); this.isWritten = true; byId("delegates-add").focus(); } } }, icon("cross")));
    this.list.append(row);
    if (focus) row.querySelector("input").focus();
  }

  #read() {
    return [...this.list.children].map((row) => ({
      name: row.querySelector("[data-part=name]").value.trim(), post: row.querySelector("[data-part=post]").value.trim(),
    })).filter(({ name, post }) => name !== "" || post !== "");
  }

  async #send() {
    const delegates = this.#read();
    try {
      await this.socket.command("delegates", { delegates });
      this.sent = delegates;
      this.isWritten = false;
      this.#say(t("delegates.saved", { count: delegates.length }), "good");
    } catch (error) {
      this.#say(errorText(error), "bad");
    }
  }

  #say(text, kind = "") {
    setText(this.says, text);
    this.says.dataset.kind = kind;
  }
}
