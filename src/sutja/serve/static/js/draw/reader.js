// What the reader of whole numbers says about the drawing, and why it refuses when it refuses.

import { ask } from "../api.js";
import { make } from "../dom.js";
import { percent, t } from "../i18n.js";

const WAIT = 250; // ms after the last stroke

export class ReaderCard {
  constructor() {
    this.answer = make("p", { class: "answer" });
    this.reasons = make("ul", { class: "reasons" });
    this.element = make(
      "section",
      { class: "card evidence", "aria-labelledby": "reader-title" },
      make("h2", { id: "reader-title" }, t("reader.title")),
      make("p", { class: "soft" }, t("reader.text")),
      this.answer,
      this.reasons,
    );
    this.timer = 0;
    this.turn = 0;
  }

  /**
   * Ask once the pen rests.
   * @param {import("./pad.js").Pad} pad
   */
  update(pad) {
    clearTimeout(this.timer);
    this.turn++;
    if (pad.isEmpty) {
      this.answer.replaceChildren();
      this.reasons.replaceChildren();
      return;
    }
    this.timer = window.setTimeout(() => void this.read(pad, this.turn), WAIT);
  }

  /**
   * @param {import("./pad.js").Pad} pad
   * @param {number} turn
   */
  async read(pad, turn) {
    const body = new FormData();
    body.append("file", await pad.toBlob(), "drawing.png");
    body.append("crop", "true");
    try {
      const response = await ask("v1/read", { method: "POST", body });
      const [page] = (await response.json()).pages;
      if (turn === this.turn) this.show(page.numbers[0] ?? null);
    } catch (error) {
      if (turn === this.turn) this.answer.textContent = String(/** @type {Error} */ (error).message);
    }
  }

  /** @param {any} number */
  show(number) {
    if (number === null) {
      this.answer.textContent = t("reader.nothing");
      this.reasons.replaceChildren();
      return;
    }
    const verdict = make("span", { class: number.accepted ? "chip good" : "chip doubt" }, t(number.accepted ? "accepted" : "refused"));
    this.answer.replaceChildren(make("b", {}, number.text), " ", percent(number.confidence), " ", verdict);
    this.reasons.replaceChildren(...explain(number).map((reason) => make("li", {}, reason)));
  }
}

/**
 * Say why a number was refused.
 * @param {any} number
 * @returns {string[]}
 */
export function explain(number) {
  if (number.accepted) return [];
  const reasons = [];
  if (number.text.includes("□")) reasons.push(t("why.letter"));
  const [other] = number.alternatives;
  if (other && other.confidence > 0.01) {
    reasons.push(t("why.other", { text: other.text, confidence: percent(other.confidence) }));
  }
  const weakest = [...number.characters].sort((a, b) => a.confidence - b.confidence)[0];
  if (number.characters.length > 1 && weakest && weakest.confidence < 0.9) {
    reasons.push(t("why.character", { text: weakest.text, confidence: percent(weakest.confidence) }));
  }
  if (reasons.length === 0) reasons.push(t("why.unsure"));
  return reasons;
}
