// Colours of weights and activations: one for, one against, and the ground between.

import { readColour } from "../dom.js";

/** @typedef {{ ground: number[], for: number[], against: number[], ink: number[] }} Palette */

/** @returns {Palette} */
export function readPalette() {
  return {
    ground: readColour("--well"),
    for: readColour("--for"),
    against: readColour("--against"),
    ink: readColour("--ink"),
  };
}

/**
 * Paint values as a picture: from the ground to one colour above zero, to another below.
 * @param {ArrayLike<number>} values
 * @param {number} width
 * @param {Palette} palette
 * @param {number} [most] that is painted in full; by default the largest there is
 */
export function paintValues(values, width, palette, most = findMost(values)) {
  const height = Math.ceil(values.length / width);
  const image = new ImageData(width, height);
  for (let i = 0; i < values.length; i++) {
    const part = most > 0 ? Math.max(-1, Math.min(1, values[i] / most)) : 0;
    const colour = part < 0 ? palette.against : palette.for;
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = palette.ground[c] + (colour[c] - palette.ground[c]) * Math.abs(part);
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}

/** @param {ArrayLike<number>} values */
export function findMost(values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

const scratch = document.createElement("canvas");

/**
 * Draw a small picture large, its pixels sharp.
 * @param {CanvasRenderingContext2D} context
 * @param {ImageData} image
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
export function drawLarge(context, image, x, y, width, height) {
  if (scratch.width < image.width) scratch.width = image.width;
  if (scratch.height < image.height) scratch.height = image.height;
  const small = /** @type {CanvasRenderingContext2D} */ (scratch.getContext("2d", { willReadFrequently: true }));
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(scratch, 0, 0, image.width, image.height, x, y, width, height);
}

/**
 * @param {number[]} colour
 * @param {number} alpha
 */
export function rgba(colour, alpha) {
  return `rgba(${colour.map(Math.round).join(",")},${alpha.toFixed(3)})`;
}
