// The support vectors that a support-vector machine compares a drawing with.

import { decodeBase64 } from "../api.js";
import { fitCanvas, make } from "../dom.js";
import { percent, t } from "../i18n.js";
import { drawLarge, paintValues, readPalette } from "./colours.js";
import { SIDE } from "./pad.js";

/**
 * @typedef {{ gamma: number, count: number[], pixels: string, weight: number[][], bias: number[],
 *   result: { error: number, n: number, pictures: number } }} Machine one machine for each pair of classes, which
 *   vote; two pixels of 4 bits a byte
 */

const INPUTS = SIDE * SIDE;
const SHOWN = 6;
const SIZE = 56;

export class VectorCard {
  /** @param {Machine} machine */
  constructor(machine) {
    this.machine = machine;
    const packed = decodeBase64(machine.pixels);
    this.pixels = new Float32Array(packed.length * 2);
    packed.forEach((byte, i) => {
      this.pixels[2 * i] = (byte >> 4) / 15;
      this.pixels[2 * i + 1] = (byte & 15) / 15;
    });
    this.starts = machine.count.map((_, i) => machine.count.slice(0, i).reduce((sum, n) => sum + n, 0));
    this.answer = make("p", { class: "answer" });
    this.list = make("ol", { class: "vectors" });
    const error = t("evidence.error", { error: percent(machine.result.error) });
    const text = t("vectors.text", { count: this.pixels.length / INPUTS, pictures: machine.result.pictures });
    this.element = make(
      "section",
      { class: "card evidence", "aria-labelledby": "vectors-title" },
      make("h2", { id: "vectors-title" }, t("vectors.title")),
      make("p", { class: "soft" }, error, " ", text),
      this.answer,
      this.list,
    );
  }

  /** @param {Uint8Array} pixels */
  update(pixels) {
    const likeness = this.compare(pixels);
    const { best, votes } = this.vote(likeness);
    this.answer.replaceChildren(make("b", {}, String(best)), " ", t("vectors.votes", { votes }));
    const palette = readPalette();
    const nearest = Array.from(likeness, (like, i) => ({ like, i }))
      .sort((a, b) => b.like - a.like)
      .slice(0, SHOWN);
    this.list.replaceChildren(
      ...nearest.map(({ like, i }) => {
        const digit = this.starts.findLastIndex((start) => start <= i);
        const canvas = make("canvas", { role: "img", "aria-label": t("vectors.picture", { digit }) });
        const image = paintValues(this.pixels.subarray(i * INPUTS, (i + 1) * INPUTS), SIDE, { ...palette, for: palette.ink }, 1);
        drawLarge(fitCanvas(canvas, SIZE, SIZE), image, 0, 0, SIZE, SIZE);
        return make("li", {}, canvas, make("b", {}, String(digit)), make("span", { class: "soft" }, percent(like)));
      }),
    );
  }

  /**
   * Likeness to each vector, exp(-γ d²).
   * @param {Uint8Array} pixels
   */
  compare(pixels) {
    const drawing = Float32Array.from(pixels, (pixel) => pixel / 255);
    const count = this.pixels.length / INPUTS;
    return Float32Array.from({ length: count }, (_, i) => {
      let distance = 0;
      for (let j = 0, k = i * INPUTS; j < INPUTS; j++, k++) distance += (this.pixels[k] - drawing[j]) ** 2;
      return Math.exp(-this.machine.gamma * distance);
    });
  }

  /**
   * Let every pair of classes vote, as scikit-learn and LIBSVM do.
   * @param {Float32Array} likeness
   */
  vote(likeness) {
    const { count, weight, bias } = this.machine;
    const votes = count.map(() => 0);
    let pair = 0;
    for (let i = 0; i < count.length; i++) {
      for (let j = i + 1; j < count.length; j++, pair++) {
        let sum = bias[pair];
        for (let k = 0; k < count[i]; k++) sum += weight[j - 1][this.starts[i] + k] * likeness[this.starts[i] + k];
        for (let k = 0; k < count[j]; k++) sum += weight[i][this.starts[j] + k] * likeness[this.starts[j] + k];
        votes[sum > 0 ? i : j]++;
      }
    }
    const most = Math.max(...votes);
    return { best: votes.indexOf(most), votes: most };
  }
}
