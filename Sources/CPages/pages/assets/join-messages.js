// Messages: those that came, and one to the organisers.

import { byId, create, fill, setText, show } from "./dom.js";
import { changes, clockTime, errorText, t } from "./language.js";

/** A list of messages and a field for a new one. */
export class MessagesPanel {
  /** @param tell Says something at the top of the page. */
  constructor({ socket, tell }) {
    Object.assign(this, { socket, tell });
    this.dialog = byId("messages");
    this.text = byId("messages-text");
    this.says = byId("messages-says");
    this.unread = 0;
    socket.addEventListener("message", ({ detail }) => this.#arrived(detail));
    changes.addEventListener("change", () => this.render());
    byId("messages-close").addEventListener("click", () => this.dialog.close());
    byId("messages-form").addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
  }

  open() {
    this.unread = 0;
    this.#say("");
    show(byId("messages-form"), this.socket.may("message"));
    this.dialog.showModal();
    this.render();
    if (this.socket.may("message")) this.text.focus(); else byId("messages-list").focus();
  }

  render() {
    const list = byId("messages-list"), { messages } = this.socket.room;
    fill(list, ...messages.map((message) => this.#line(message)));
    if (messages.length === 0) list.append(create("li", { class: "dim", text: t("messages.none") }));
    list.scrollTop = list.scrollHeight;
    this.#count();
  }

  #count() {
    const place = byId("unread");
    setText(place, this.unread);
    show(place, this.unread > 0);
  }

  #mine({ from }) { return from.point !== null && from.point !== undefined && from.point === this.socket.room.you?.point; }

  #author(message) {
    if (this.#mine(message)) return t("messages.mine");
    const { role, point } = message.from, name = point ? this.socket.room.name(point) : "";
    if (role === "point") return name;
    return name ? `${t(`role.${role}`)} (${name})` : t(`role.${role}`);
  }

  #line(message) {
    const head = [clockTime(message.at), this.#author(message), message.to === "all" ? t("messages.all") : null];
    return create("li", { class: "message", data: { mine: this.#mine(message) } },
      create("p", { class: "dim head", text: head.filter(Boolean).join(" · ") }), create("p", { class: "body", text: message.text }));
  }

  #arrived(message) {
    const open = this.dialog.open;
    if (!open && !this.#mine(message)) {
      this.unread += 1;
      this.tell(t("messages.new", { from: this.#author(message), text: message.text }));
    }
    if (open) this.render(); else this.#count();
  }

  async #send() {
    const text = this.text.value.trim();
    if (text === "") return this.#say(t("error.message-empty"), "bad");
    try {
      await this.socket.command("message", { to: "staff", text });
      // The server sends it back as it sends it to the others.
      this.text.value = "";
      this.#say(t("messages.sent"), "good");
    } catch (error) {
      this.#say(errorText(error), "bad");
    }
  }

  #say(text, kind = "") {
    setText(this.says, text);
    this.says.dataset.kind = kind;
  }
}
