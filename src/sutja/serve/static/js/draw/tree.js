// The questions that a decision tree asks about a drawing, one pixel after the other.

import { fitCanvas, make } from "../dom.js";
import { percent, t } from "../i18n.js";
import { drawLarge, paintValues, readPalette, rgba } from "./colours.js";
import { SIDE } from "./pad.js";

/**
 * @typedef {{ feature: number[], threshold: number[], left: number[], right: number[], share: number[][],
 *   result: { error: number, n: number } }} Tree a value up to the threshold goes left; shares are in thousandths
 */

const SIZE = 112;

export class TreeCard {
  /** @param {Tree} tree */
  constructor(tree) {
    this.tree = tree;
    this.canvas = make("canvas", { role: "img", "aria-label": t("tree.picture") });
    this.list = make("ol", { class: "questions" });
    this.answer = make("p", { class: "answer" });
    const error = t("evidence.error", { error: percent(tree.result.error) });
    this.element = make(
      "section",
      { class: "card evidence", "aria-labelledby": "tree-title" },
      make("h2", { id: "tree-title" }, t("tree.title")),
      make("p", { class: "soft" }, t("tree.text"), " ", error),
      this.answer,
      make("div", { class: "beside" }, this.canvas, this.list),
    );
  }

  /** @param {Uint8Array} pixels */
  update(pixels) {
    const path = descend(this.tree, pixels);
    const leaf = path[path.length - 1];
    const shares = this.tree.share[leaf];
    const best = shares.indexOf(Math.max(...shares));
    this.answer.replaceChildren(make("b", {}, String(best)), " ", percent(shares[best] / 1000));
    this.list.replaceChildren(
      ...path.slice(0, -1).map((node) => {
        const pixel = this.tree.feature[node];
        const dark = pixels[pixel] > this.tree.threshold[node];
        const place = { row: Math.floor(pixel / SIDE) + 1, column: (pixel % SIDE) + 1 };
        return make(
          "li",
          {},
          make("span", {}, ask(place, this.tree.threshold[node])),
          make("b", { class: dark ? "yes" : "no" }, t(dark ? "tree.yes" : "tree.no")),
        );
      }),
    );
    this.draw(pixels, path);
  }

  /**
   * @param {Uint8Array} pixels
   * @param {number[]} path
   */
  draw(pixels, path) {
    const palette = readPalette();
    const context = fitCanvas(this.canvas, SIZE, SIZE);
    const cell = SIZE / SIDE;
    drawLarge(context, paintValues(pixels, SIDE, { ...palette, for: palette.ink }, 400), 0, 0, SIZE, SIZE);
    path.slice(0, -1).forEach((node) => {
      const pixel = this.tree.feature[node];
      const dark = pixels[pixel] > this.tree.threshold[node];
      context.fillStyle = rgba(dark ? palette.for : palette.against, 1);
      context.fillRect((pixel % SIDE) * cell, Math.floor(pixel / SIDE) * cell, cell, cell);
    });
  }
}

/**
 * @param {{ row: number, column: number }} place
 * @param {number} threshold from 0 to 255
 */
function ask(place, threshold) {
  const share = threshold / 255;
  return share < 0.02 ? t("tree.any", place) : t("tree.question", { ...place, threshold: percent(share) });
}

/**
 * Follow a drawing down a tree.
 * @param {Tree} tree
 * @param {Uint8Array} pixels
 * @returns {number[]} nodes from the root to a leaf
 */
export function descend(tree, pixels) {
  const path = [0];
  for (let node = 0; tree.left[node] >= 0; path.push(node)) {
    node = pixels[tree.feature[node]] <= tree.threshold[node] ? tree.left[node] : tree.right[node];
  }
  return path;
}
