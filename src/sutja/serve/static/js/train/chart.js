// A chart of a few curves over the epochs: axes, lines, and a legend that names them.

import { make, makeSvg } from "../dom.js";

const WIDTH = 460;
const HEIGHT = 190;
const LEFT = 58;
const BOTTOM = 26;
const TOP = 8;
const RIGHT = 8;

/**
 * @typedef {{ name: string, kind: string, points: number[][] }} Curve points are pairs of x and y; kind is a class of the style sheet
 */

export class Chart {
  /**
   * @param {string} title
   * @param {string} axis what stands below
   * @param {(value: number) => string} format of a value
   */
  constructor(title, axis, format) {
    this.title = title;
    this.axis = axis;
    this.format = format;
    this.svg = makeSvg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title });
    this.legend = make("p", { class: "legend small" });
    this.element = make("figure", { class: "chart" }, make("figcaption", {}, title), this.svg, this.legend);
  }

  /**
   * @param {Curve[]} curves
   * @param {number} most of x
   */
  show(curves, most) {
    const values = curves.flatMap(({ points }) => points.map((point) => point[1])).filter(Number.isFinite);
    const top = roundUp(Math.max(1e-3, ...values));
    const x = (/** @type {number} */ value) => LEFT + ((WIDTH - LEFT - RIGHT) * value) / Math.max(1, most);
    const y = (/** @type {number} */ value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * Math.min(value, top)) / top;
    const grid = [0, 0.5, 1].map((part) =>
      makeSvg(
        "g",
        {},
        makeSvg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(part * top), y2: y(part * top) }),
        makeSvg("text", { x: LEFT - 6, y: y(part * top) + 4, "text-anchor": "end" }, values.length ? this.format(part * top) : ""),
      ),
    );
    const ends = [
      makeSvg("text", { x: LEFT, y: HEIGHT - 8 }, "0"),
      makeSvg("text", { x: WIDTH - RIGHT, y: HEIGHT - 8, "text-anchor": "end" }, `${most} ${this.axis}`),
    ];
    const lines = curves.map(({ kind, points }) =>
      makeSvg("polyline", { class: `curve ${kind}`, points: points.map(([u, v]) => `${x(u).toFixed(1)},${y(v).toFixed(1)}`).join(" ") }),
    );
    const dots = curves
      .filter(({ points }) => points.length > 0)
      .map(({ kind, points }) => {
        const [u, v] = points[points.length - 1];
        return makeSvg("circle", { class: `dot ${kind}`, cx: x(u), cy: y(v), r: 3.5 });
      });
    this.svg.replaceChildren(...grid, ...ends, ...lines, ...dots);
    const told = curves.map(({ name, points }) => `${name} ${points.length ? this.format(points[points.length - 1][1]) : "–"}`);
    this.svg.setAttribute("aria-label", `${this.title}: ${told.join(", ")}`);
    this.legend.replaceChildren(...curves.map(({ kind }, i) => make("span", { class: `key ${kind}` }, told[i])));
  }
}

/**
 * Round up to 1, 2 or 5 times a power of ten.
 * @param {number} value
 */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (/** @type {number} */ ([1, 2, 5, 10].find((step) => step * power >= value * 0.999)));
}
