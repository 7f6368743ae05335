// Messages to all, to the staff, to one point; and those that came.

import { byId, create, setText } from "./dom.js";
import { clockTime, t } from "./language.js";

export class HostMessages {
  constructor(conduct) {
    this.conduct = conduct;
    this.room = conduct.room;
    this.log = byId("messages");
    this.to = byId("to");
    this.text = byId("text");
    this.point = null;
    byId("compose").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    this.fillReceivers();
  }

  /** Has this point among the receivers: the one that is chosen. */
  offer(code) {
    if (this.to.value !== "" && this.to.value === this.point && this.text.value) return;
    const before = this.to.value === this.point ? null : this.to.value;
    this.point = code;
    this.fillReceivers(before);
  }

  /** Begins a message to a point. */
  write(code) {
    this.point = code;
    this.fillReceivers(code);
    this.text.focus();
  }

  fillReceivers(chosen = this.to.value) {
    const options = [["all", t("messages.toAll")], ["staff", t("messages.toStaff")]];
    if (this.point) options.push([this.point, this.room.name(this.point)]);
    this.to.replaceChildren(...options.map(([value, text]) => create("option", { value, text })));
    this.to.value = options.some(([value]) => value === chosen) ? chosen : "all";
    this.text.disabled = byId("send").disabled = !this.conduct.may("message");
  }

  async send() {
    const text = this.text.value.trim();
    if (!text) return;
    if (await this.conduct.message(this.to.value, text)) this.text.value = "";
    this.text.focus();
  }

  /** All messages anew. */
  renew() {
    this.log.replaceChildren(...this.room.messages.map((message) => this.entry(message)));
    if (!this.room.messages.length) this.log.append(create("li", { class: "dim note", text: t("messages.none") }));
    this.log.scrollTop = this.log.scrollHeight;
    this.fillReceivers();
  }

  /** A message came. */
  add(message) {
    const isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    this.log.querySelector(".note")?.remove();
    this.log.append(this.entry(message));
    while (this.log.childElementCount > 200) this.log.firstElementChild.remove();
    if (isAtEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  entry({ from = {}, to, text, at }) {
    const head = create("p", { class: "head dim" }, create("span", { class: "clip grow" }), create("time", { class: "number", text: clockTime(at) }));
    setText(head.firstChild, t("messages.route", { from: this.sender(from), to: this.receiver(to) }));
    const isOfPoint = from.role === "point";
    return create("li", { class: isOfPoint ? "message incoming" : "message", data: { to } }, head, create("p", { class: "text", text }));
  }

  sender({ role, point }) {
    if (role === "point" || !role) return this.room.name(point);
    return t(`role.${role}`);
  }

  receiver(to) {
    if (to === "all") return t("messages.toAll");
    return to === "staff" ? t("messages.toStaff") : this.room.name(to);
  }
}
