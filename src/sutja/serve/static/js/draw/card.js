// The card on which a digit is drawn: the pad, its buttons, and digits to begin with.

import { make } from "../dom.js";
import { t } from "../i18n.js";
import { EXAMPLES } from "./examples.js";

/**
 * Make the card of a pad, with what a view shows below it.
 *
 * @param {import("./pad.js").Pad} pad
 * @param {...Node} below
 */
export function makeDrawingCard(pad, ...below) {
  return make(
    "section",
    { class: "card drawing", "aria-label": t("draw.pad") },
    pad.canvas,
    make(
      "div",
      { class: "buttons" },
      make("button", { type: "button", onclick: () => pad.undo() }, t("draw.undo")),
      make("button", { type: "button", onclick: () => pad.clear() }, t("draw.clear")),
    ),
    make(
      "div",
      { class: "examples", role: "group", "aria-label": t("draw.examples") },
      ...EXAMPLES.map((strokes, digit) =>
        make("button", { type: "button", class: "quiet", onclick: () => pad.replace(strokes.map((stroke) => [...stroke])) }, String(digit)),
      ),
    ),
    make("p", { id: "pad-keys", class: "soft small" }, t("draw.keys")),
    ...below,
  );
}
