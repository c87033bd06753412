// A digit of each kind as strokes, in the units of the pad.

/**
 * @param {...string} strokes "x,y x,y …" each
 * @returns {import("./pad.js").Point[][]}
 */
function read(...strokes) {
  return strokes.map((stroke) => smooth(stroke.split(" ").map((pair) => pair.split(",").map(Number))));
}

/**
 * Lead a smooth line through points (Catmull, Rom 1974).
 * @param {number[][]} points
 * @returns {import("./pad.js").Point[]}
 */
function smooth(points) {
  const line = [];
  const at = (/** @type {number} */ i) => points[Math.min(points.length - 1, Math.max(0, i))];
  for (let i = 0; i < points.length - 1; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let u = 0; u < 1; u += 0.125) {
      const [x, y] = [0, 1].map(
        (k) =>
          0.5 *
          (2 * b[k] +
            (c[k] - a[k]) * u +
            (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * u ** 2 +
            (3 * b[k] - a[k] - 3 * c[k] + d[k]) * u ** 3),
      );
      line.push({ x, y, width: 20 });
    }
  }
  const [x, y] = points[points.length - 1];
  return [...line, { x, y, width: 20 }];
}

export const EXAMPLES = [
  read("150,45 115,60 92,100 88,150 100,200 135,230 170,215 192,175 195,125 182,75 150,45"),
  read("115,85 150,50 148,110 146,170 144,235"),
  read("90,95 100,62 135,45 172,60 182,95 165,130 130,170 95,210 88,228 135,222 195,226"),
  read("92,68 130,46 172,58 180,90 155,122 120,132 160,138 190,165 186,205 150,232 108,230 82,210"),
  read("112,48 98,100 88,145 135,150 200,146", "172,55 170,120 168,180 165,238"),
  read("188,52 120,55 112,90 106,125 145,116 182,135 195,175 178,215 135,234 92,222"),
  read("168,46 130,80 104,130 94,180 108,220 145,234 180,212 184,176 156,156 120,166 100,190"),
  read("84,58 140,54 196,56 170,110 148,165 136,236"),
  read("176,72 145,46 108,60 102,95 140,128 178,165 180,208 145,234 106,220 100,180 138,138 176,102 176,72"),
  read("182,92 165,56 125,52 98,82 106,122 145,132 178,108 182,92 180,140 172,190 160,238"),
];
